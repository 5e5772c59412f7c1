//! What the dialog calls what comes in, and says of it.

use crate::jobs::spec::ImportWhat;

pub(super) fn title(what: ImportWhat, refreshes: bool) -> String {
    match (refreshes, what) {
        (_, ImportWhat::Layer) => "Add a layer".to_owned(),
        (false, what) => format!("Import {}", what.words()),
        (true, ImportWhat::Units) => "Update boundaries".to_owned(),
        (true, what) => format!("Refresh {}", what.words()),
    }
}

pub(super) fn explanation(what: ImportWhat) -> &'static str {
    match what {
        ImportWhat::Units => {
            "The areas that territories are made of: a shapefile, GeoPackage, GeoJSON, TopoJSON or KML, also in a .zip. They take the place of the units there are"
        }
        ImportWhat::Accounts => {
            "Customers and prospects from a CSV file, a workbook or a layer of points, placed by coordinates, postal code or town. They take the place of the accounts there are"
        }
        ImportWhat::Alignment => {
            "Which unit or account belongs to which territory, and who owns it, from a CSV file or a workbook. What is not clear is asked first. One undo step"
        }
        ImportWhat::Columns => {
            "Population, income or other columns for the units there are, from a table with one row per unit. Units without a row keep what they have. One undo step"
        }
        ImportWhat::Layer => {
            "Areas beside the units, such as counties or states: a shapefile, GeoPackage, GeoJSON, TopoJSON or KML, also in a .zip. The units stay as they are. One undo step"
        }
        ImportWhat::Reps => "The roster from a CSV file or a workbook: code, name, home, hours per year, skills",
    }
}

/// The same for a newer file of what there is.
pub(super) fn newer(what: ImportWhat) -> &'static str {
    match what {
        ImportWhat::Units => {
            "A newer vintage of the units, found again by their codes, else by the share of area. What changes is shown before anything is applied"
        }
        _ => {
            "A newer file of the accounts, found again by their IDs. What is new, changed and gone is shown before anything is applied"
        }
    }
}
