//! What other programs say: GDAL opens every format without a word.

use std::process::Command;

use super::round_trip::with_levels;
use super::*;

#[test]
fn every_format_opens_in_gdal_without_a_warning() {
    if Command::new("ogrinfo").arg("--version").output().is_err() {
        // Where it is wanted, a test that was left out is one that failed.
        assert!(std::env::var_os("BAILIWICK_NEEDS_GDAL").is_none(), "ogrinfo (Debian: gdal-bin) is not there");
        eprintln!("SKIPPED: ogrinfo (Debian: gdal-bin) is not there, so nobody has looked at the files with GDAL");
        return;
    }
    let project = with_levels();
    let folder = tempfile::tempdir().unwrap();
    for format in Format::ALL {
        let all = [What::Territories, What::Units, What::Accounts, What::Groups(0), What::Groups(1), What::Metrics];
        let what = all.into_iter().filter(|&what| format.takes(what)).collect();
        let path = folder.path().join(format!("all.{}", format.ending()));
        let report = write_wish(&project, &Wish { what, ..Wish::default() }, &path).unwrap();
        for file in report.files.iter().filter(|file| Format::of(file) == Some(format)) {
            let output =
                Command::new("ogrinfo").args(["-al", "-ro"]).arg(file).env_remove("CPL_DEBUG").output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && said.is_empty(), "{}: {said}", file.display());
            let found = String::from_utf8_lossy(&output.stdout);
            assert!(found.contains("East") || found.contains("North") || found.contains("All"), "{found}");
            // TopoJSON has no place for a coordinate system; it is always this one.
            if format.is_map() && format != Format::TopoJson {
                assert!(found.contains("WGS 84") || found.contains("WGS_1984"), "{}: {found}", file.display());
            }
        }
    }
}
