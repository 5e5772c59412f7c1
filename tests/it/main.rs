//! Tests of the program as a whole: the real binary in a temporary folder, and the direction in which the layers may know each other.

mod headless;
mod layering;
