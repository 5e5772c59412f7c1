//! From the shipped files to a shapefile.

use super::{Folder, sample};
