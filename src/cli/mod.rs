//! The headless commands: the second front end.
