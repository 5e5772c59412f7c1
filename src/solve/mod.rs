//! The engine: a problem in, a proposal out. One file per stage.
