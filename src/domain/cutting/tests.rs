use proptest::prelude::*;

use super::*;
use crate::domain::fixture;
use crate::domain::ids::TerritoryId;
use crate::domain::polygon::Shape;
use crate::domain::random::Random;
use crate::domain::spatial::UnitIndex;
use crate::domain::topology::Topology;

const EVERYTHING: Smallest = Smallest { share: 1e-12, width_km: 0.0 };

fn units(text: &str) -> Units {
    with_topology(fixture::topology(text))
}

fn with_topology(topology: Topology) -> Units {
    let codes: Vec<String> = (0..topology.unit_count()).map(|unit| unit.to_string()).collect();
    Units::new("cell", codes.clone(), codes, topology).expect("codes are unique")
}

/// The north-west corner of the fixture is at −90, 40; a cell is a tenth of a degree.
fn at(column: f64, row: f64) -> LonLat {
    LonLat::new(-90.0 + column * 0.1, 40.0 - row * 0.1)
}

fn boundary(corners: &[(f64, f64)]) -> Drawn {
    Drawn { lines: vec![corners.iter().map(|&(column, row)| at(column, row)).collect()], closed: true }
}

fn line(corners: &[(f64, f64)]) -> Drawn {
    Drawn { closed: false, ..boundary(corners) }
}

/// Twice the area in square degrees: additive whatever vertices a border has.
fn plane_area(shape: &Shape) -> f64 {
    let ring = |ring: &Vec<LonLat>| {
        let first = ring[0];
        let cross = |pair: &[LonLat]| {
            let [a, b] = [pair[0], pair[1]].map(|p| [p.lon - first.lon, p.lat - first.lat]);
            a[0] * b[1] - a[1] * b[0]
        };
        ring.windows(2).map(cross).sum::<f64>()
    };
    shape.polygons.iter().flat_map(|polygon| polygon.rings()).map(ring).sum()
}

/// Cuts, and holds the result against everything that must be true of it.
fn cut_and_check(units: &Units, drawn: &Drawn, smallest: Smallest) -> (Cut, Units) {
    let cut = cut(units, drawn, &|_| true, smallest, &Progress::new()).expect("the line can be cut along");
    let topology = cut.patch.apply(&units.topology).expect("the arcs fit together");
    let back = cut.patch.clone().inverse().apply(&topology).expect("the patch can be taken back");
    assert_eq!(back.arrays(), units.topology.arrays(), "the same bytes after undo");
    let area = |topology: &Topology, unit: UnitId| plane_area(&topology.shape(unit));
    let mut of_pieces: BTreeMap<UnitId, Vec<UnitId>> = BTreeMap::new();
    for cut in &cut.cuts {
        assert!(cut.pieces.len() > 1 && cut.pieces[0].unit == cut.unit);
        assert!((cut.pieces.iter().map(|piece| piece.share).sum::<f64>() - 1.0).abs() < 1e-9);
        let pieces: f64 = cut.pieces.iter().map(|piece| area(&topology, piece.unit)).sum();
        let whole = area(&units.topology, cut.unit);
        assert!((pieces - whole).abs() < 1e-9 * whole + 1e-14, "pieces are {pieces}, the unit {whole}");
        of_pieces.insert(cut.unit, cut.pieces.iter().map(|piece| piece.unit).collect());
    }
    for unit in units.ids().filter(|unit| !of_pieces.contains_key(unit)) {
        let (before, after) = (area(&units.topology, unit), area(&topology, unit));
        assert!((after - before).abs() < 1e-9 * before + 1e-14, "unit {} is {after}, was {before}", unit.0);
    }
    // The pieces of a unit hang together as before, and no outer border was added.
    let everything = vec![TerritoryId(1); topology.unit_count()];
    let around = |topology: &Topology| topology.perimeters_km(&everything[..topology.unit_count()], 2)[1];
    assert!((around(&topology) / around(&units.topology) - 1.0).abs() < 1e-6);
    let parts = |topology: &Topology| {
        use crate::domain::topology::Neighbours;
        Neighbours::as_drawn(topology).components(&everything[..topology.unit_count()], 2)[1]
    };
    assert_eq!(parts(&topology), parts(&units.topology));
    (cut, with_topology(topology))
}

/// Within some decimetres of the line.
fn is_near(place: LonLat, drawn: &Drawn) -> bool {
    let near = |a: LonLat, b: LonLat| {
        let ([dx, dy], [px, py]) = ([b.lon - a.lon, b.lat - a.lat], [place.lon - a.lon, place.lat - a.lat]);
        let along = ((px * dx + py * dy) / (dx * dx + dy * dy).max(1e-30)).clamp(0.0, 1.0);
        (px - along * dx).hypot(py - along * dy) < 5e-6
    };
    drawn.lines.iter().any(|line| (0..line.len()).any(|at| near(line[at], line[(at + 1) % line.len()])))
}

/// Every place is in exactly one unit, and in a piece of the unit that it was in.
fn check_places(before: &Units, after: &Units, cut: &Cut, drawn: &Drawn, random: &mut Random, exact: bool) {
    let (old, new) = (UnitIndex::new(before), UnitIndex::new(after));
    let parent: HashMap<UnitId, (UnitId, bool)> =
        cut.cuts.iter().flat_map(|cut| cut.pieces.iter().map(|piece| (piece.unit, (cut.unit, piece.inside)))).collect();
    let bounds = before.bounds.iter().copied().reduce(|a, b| a.union(b)).expect("there are units");
    for _ in 0..200 {
        let share = |random: &mut Random| random.below(1 << 40) as f64 / (1_u64 << 40) as f64;
        let place = LonLat::new(
            bounds.min.lon + share(random) * (bounds.max.lon - bounds.min.lon),
            bounds.min.lat + share(random) * (bounds.max.lat - bounds.min.lat),
        );
        let holders = after.ids().filter(|&unit| after.topology.shape(unit).contains(place)).count();
        let was = old.unit_at(place);
        assert_eq!(holders, usize::from(was.is_some()), "{place:?}");
        let Some(now) = new.unit_at(place) else { continue };
        match parent.get(&now) {
            Some(&(unit, inside)) => {
                assert_eq!(Some(unit), was);
                // The line gives way to vertices within 0.1 m of it.
                let told = exact && drawn.closed && !is_near(place, drawn);
                assert!(!told || inside == drawn.contains(place), "{place:?}");
            }
            None => assert_eq!(Some(now), was),
        }
    }
}

#[test]
fn a_line_through_a_square_makes_two_halves() {
    let units = units("AB\nCD");
    let (cut, after) = cut_and_check(&units, &line(&[(-0.5, 0.5), (1.0, 0.5)]), Smallest::default());
    assert_eq!(cut.cuts.len(), 1);
    assert_eq!((cut.cuts[0].unit, cut.cuts[0].pieces.len()), (UnitId(0), 2));
    assert!((cut.cuts[0].pieces[0].share - 0.5).abs() < 1e-3);
    // The neighbour across the T-junction is a neighbour of both.
    let neighbours: Vec<u32> = after.topology.neighbours(UnitId(1)).iter().map(|other| other.unit.0).collect();
    assert_eq!(neighbours, [0, 3, 4]);
    assert_eq!(after.topology.rings_of(UnitId(1))[0][0].len(), units.topology.rings_of(UnitId(1))[0][0].len() + 1);
}

#[test]
fn a_line_that_ends_inside_a_unit_does_not_part_it() {
    let units = units("AB\nCD");
    let (cut, _) = cut_and_check(&units, &line(&[(0.3, 0.5), (1.5, 0.5)]), Smallest::default());
    assert!(cut.cuts.is_empty() && cut.whole.is_empty() && cut.patch.arcs.is_empty());
}

#[test]
fn a_boundary_inside_one_unit_cuts_out_an_island() {
    let units = units("AA\nAA");
    let drawn = boundary(&[(0.5, 0.5), (1.5, 0.5), (1.5, 1.5), (0.5, 1.5)]);
    let (cut, after) = cut_and_check(&units, &drawn, Smallest::default());
    let [outside, inside] = cut.cuts[0].pieces[..] else { panic!("{:?}", cut.cuts) };
    assert!(!outside.inside && inside.inside && (inside.share - 0.25).abs() < 1e-3);
    assert_eq!(after.topology.shape(outside.unit).polygons[0].holes.len(), 1);
    assert!(cut.inside.is_empty());
}

#[test]
fn whole_units_inside_a_boundary_stay_whole() {
    let units = units("ABC\nDEF\nGHI");
    let drawn = boundary(&[(0.5, 0.5), (2.5, 0.5), (2.5, 2.5), (0.5, 2.5)]);
    let (cut, _) = cut_and_check(&units, &drawn, Smallest::default());
    assert_eq!(cut.inside, [UnitId(4)]);
    assert_eq!(cut.cuts.len(), 8);
    assert!(cut.cuts.iter().all(|cut| cut.pieces.len() == 2));
}

#[test]
fn a_boundary_along_borders_cuts_nothing() {
    let units = units("ABC\nDEF\nGHI");
    // Off by some centimetres, as a file of other digits is.
    let drawn = boundary(&[(1.0, 1.0), (2.000_000_4, 1.0), (2.0, 2.000_000_4), (1.0, 2.0)]);
    let (cut, _) = cut_and_check(&units, &drawn, Smallest::default());
    assert!(cut.cuts.is_empty(), "{:?}", cut.cuts);
    assert_eq!(cut.inside, [UnitId(4)]);
    assert_eq!(cut.patch.arcs.len(), 0);
}

#[test]
fn slivers_stay_with_their_unit_and_are_told() {
    let units = units("ABC\nDEF\nGHI");
    // Four metres beyond the borders.
    let drawn = boundary(&[(0.9996, 0.9996), (2.0004, 0.9996), (2.0004, 2.0004), (0.9996, 2.0004)]);
    let (cut, _) = cut_and_check(&units, &drawn, Smallest::default());
    assert!(cut.cuts.is_empty(), "{:?}", cut.cuts);
    assert_eq!(cut.inside, [UnitId(4)]);
    assert_eq!(cut.whole.len(), 8);
    assert!(cut.whole.iter().all(|(_, why)| matches!(why, WhyWhole::Sliver(share) if *share < 1e-3)));
}

#[test]
fn what_is_locked_stays_whole() {
    let units = units("AB\nCD");
    let drawn = line(&[(-0.5, 0.5), (2.5, 0.5)]);
    let cut = cut(&units, &drawn, &|unit| unit != UnitId(0), Smallest::default(), &Progress::new()).expect("cut");
    assert_eq!(cut.cuts.iter().map(|cut| cut.unit).collect::<Vec<_>>(), [UnitId(1)]);
    assert_eq!(cut.whole, [(UnitId(0), WhyWhole::Kept)]);
    let topology = cut.patch.apply(&units.topology).expect("fits");
    assert_eq!(topology.unit_count(), 5);
}

#[test]
fn what_is_no_line_is_refused() {
    let units = units("AB");
    let refused = |drawn: &Drawn| cut(&units, drawn, &|_| true, EVERYTHING, &Progress::new()).err();
    assert_eq!(refused(&line(&[])), Some(Refused::TooShort));
    assert_eq!(refused(&boundary(&[(0.1, 0.1), (0.2, 0.2)])), Some(Refused::TooShort));
    assert_eq!(refused(&line(&[(f64::NAN, 0.5), (1.0, 0.5)])), Some(Refused::TooShort));
    let progress = Progress::new();
    progress.cancel();
    let cancelled = cut(&units, &line(&[(0.0, 0.5), (1.0, 0.5)]), &|_| true, EVERYTHING, &progress);
    assert_eq!(cancelled.err(), Some(Refused::Cancelled));
}

#[test]
fn parts_of_a_unit_that_are_cut_off_stay_linked() {
    // Two parts of one unit, one inside the boundary.
    let units = units("A.A\n...\nBBB");
    let drawn = boundary(&[(-0.5, -0.5), (1.5, -0.5), (1.5, 1.5), (-0.5, 1.5)]);
    let (cut, after) = cut_and_check(&units, &drawn, Smallest::default());
    assert_eq!(cut.cuts.len(), 1);
    let [outside, inside] = cut.cuts[0].pieces[..] else { panic!("{:?}", cut.cuts) };
    assert!(after.topology.neighbours(outside.unit).iter().any(|other| other.unit == inside.unit && other.linked));
}

fn layer(random: &mut Random) -> String {
    let cell = |random: &mut Random| match random.below(12) {
        0 => '.',
        letter => (b'A' + (letter % 5) as u8) as char,
    };
    let rows: Vec<String> = (0..6).map(|_| (0..6).map(|_| cell(random)).collect()).collect();
    rows.join("\n")
}

/// A corner often lies on a border, a corner, or near one.
fn corner(random: &mut Random) -> (f64, f64) {
    let fine = random.below(3);
    let coordinate = |random: &mut Random| match fine {
        0 => random.below(8 * 4) as f64 / 4.0 - 1.0,
        1 => random.below(1 << 30) as f64 / (1 << 27) as f64 - 1.0,
        _ => random.below(8) as f64 + (random.below(5) as f64 - 2.0) * 3e-6 - 1.0,
    };
    (coordinate(random), coordinate(random))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Whatever is drawn, crossing itself or not: the pieces are the units, and inside is inside.
    #[test]
    fn a_cut_is_a_partition(seed: u64) {
        let mut random = Random::new(seed);
        let before = units(&layer(&mut random));
        let corners: Vec<(f64, f64)> = (0..3 + random.below(9)).map(|_| corner(&mut random)).collect();
        let drawn = Drawn { closed: random.below(3) > 0, ..boundary(&corners) };
        let exact = random.below(2) == 0;
        let smallest = if exact { EVERYTHING } else { Smallest::default() };
        if before.is_empty() || cut(&before, &drawn, &|_| true, smallest, &Progress::new()).is_err() {
            return Ok(());
        }
        let (cut, after) = cut_and_check(&before, &drawn, smallest);
        prop_assert!(cut.whole.iter().all(|(_, why)| *why != WhyWhole::Tangled), "{:?}", cut.whole);
        check_places(&before, &after, &cut, &drawn, &mut random, exact);
        if !exact {
            for piece in cut.cuts.iter().flat_map(|cut| &cut.pieces) {
                prop_assert!(piece.share >= 1e-4);
            }
        }
    }

    /// Pieces can be cut again, and each cut taken back in turn.
    #[test]
    fn pieces_can_be_cut_again(seed: u64) {
        let mut random = Random::new(seed);
        let mut layers = vec![units(&layer(&mut random))];
        let mut patches = Vec::new();
        for _ in 0..4 {
            let before = &layers[layers.len() - 1];
            let corners: Vec<(f64, f64)> = (0..2 + random.below(5)).map(|_| corner(&mut random)).collect();
            let drawn = Drawn { closed: corners.len() > 2 && random.below(2) > 0, ..boundary(&corners) };
            if before.is_empty() || cut(before, &drawn, &|_| true, Smallest::default(), &Progress::new()).is_err() {
                continue;
            }
            let (cut, after) = cut_and_check(before, &drawn, Smallest::default());
            patches.push(cut.patch);
            layers.push(after);
        }
        while let Some(patch) = patches.pop() {
            let after = layers.pop().expect("one more layer than patches");
            let back = patch.inverse().apply(&after.topology).expect("can be taken back");
            prop_assert_eq!(back.arrays(), layers[layers.len() - 1].topology.arrays());
        }
    }
}
