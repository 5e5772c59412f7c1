//! The project file: one SQLite file is one project.
