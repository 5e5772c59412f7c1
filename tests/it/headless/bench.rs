//! The bench of the engine: what it prints can be trusted to be there, on an instance small enough for a test.

use super::Folder;

#[test]
fn a_small_instance_has_every_figure() {
    let folder = Folder::new();
    let (result, code) = folder.json("bench engine accounts-300-5 --effort quick --seeds 2 --tolerance 15%");
    assert_eq!(code, 0, "{result:#}");
    let run = &result["runs"][1];
    for field in [
        "instance",
        "units",
        "territories",
        "seed",
        "effort",
        "threads",
        "valid",
        "broken",
        "mean_km",
        "deviations",
        "extra_pieces",
        "violations",
        "bound_km",
        "gap",
        "seconds",
        "cpu_seconds",
        "prepare_seconds",
        "peak_memory_mb",
        "cut_short",
        "stages",
        "moved",
        "total",
        "best",
        "over_best",
        "error",
    ] {
        assert!(run.get(field).is_some(), "{field} in {run:#}");
    }
    assert_eq!(
        (run["units"].as_u64(), run["territories"].as_u64(), run["seed"].as_u64()),
        (Some(300), Some(5), Some(2))
    );
    assert!(run["mean_km"].as_f64().is_some_and(|km| km > 100.0 && km < 1000.0), "{run:#}");
    assert_eq!(
        (result["cases"][0]["seeds"].as_u64(), result["cases"][0]["case"].as_str()),
        (Some(2), Some("accounts-300-5 ±15 %"))
    );
    #[cfg(target_os = "linux")]
    assert!(run["peak_memory_mb"].as_f64().is_some_and(|mb| mb > 1.0) && run["cpu_seconds"].is_number());
}

#[test]
fn instances_can_be_written_and_run_from_their_file() {
    let folder = Folder::new();
    // One instance may be named for several things, as in the suites.
    let said = folder.ok("bench engine accounts-200-4 accounts-150-3 accounts-200-4 --write .");
    assert_eq!(said.matches("Wrote ").count(), 2, "{said}");
    let again = |name: &str| {
        folder.json(&format!("bench engine {name} --effort quick --tolerance 20%")).0["runs"][0]["mean_km"].clone()
    };
    assert_eq!(again("accounts-200-4.txt"), again("accounts-200-4"));
    folder.write("p.txt", "1 10\n4 2 3\n1 0 0 1\n2 3 4 1\n3 100 0 1\n4 103 4 1\n");
    let (result, _) = folder.json("bench engine pmedian:p.txt --effort quick");
    let run = &result["runs"][0];
    assert_eq!(
        (run["best"].as_f64(), run["total"].as_f64(), run["over_best"].as_f64()),
        (Some(10.0), Some(10.0), Some(0.0))
    );
}

#[test]
fn what_is_not_there_is_named() {
    let folder = Folder::new();
    folder.refused("bench engine nothing", &["no instance \"nothing\"", "--help"]);
    folder.refused("bench engine", &["INSTANCE"]);
    folder.write("broken.txt", "2 1 1 0\n40 x 1\n");
    folder.refused("bench engine broken.txt", &["broken.txt", "\"x\""]);
    folder.write("negative.txt", "2 1 1 0\n40 1 1\n41 1 -1\n");
    folder.refused("bench engine negative.txt", &["negative.txt", "load of 0 or more", "-1"]);
    folder.write("between.txt", "2 1 1 1\n40 1 1\n41 1 1\n0.7 1\n");
    folder.refused("bench engine between.txt", &["between.txt", "whole numbers", "0.7"]);
    assert!(folder.ok("bench engine --help").contains("accounts-N"));
    assert!(folder.ok("bench engine --help").contains("--suite"));
}
