//! What is on the screen, and how little is done to change it. Pictures are made with the software renderer.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use eframe::egui::{Color32, Pos2, Rect, Vec2, pos2, vec2};
use egui_kittest::wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup};
use proptest::prelude::*;

use super::batches::{MapBatches, MapLook, OutlineKind, UnitPaint, Work};
use super::borders::{Owners, TerritoryBorders, border_segments};
use super::camera::Camera;
use super::geometry::{LEVELS, UnitGeometry};
use super::patterns;
use super::points::{AccountBatches, AccountPaint, AccountPlaces};
use crate::domain::fixture;
use crate::domain::hierarchy::MOST_LEVELS;
use crate::domain::ids::{GroupId, TerritoryId, UnitId};
use crate::domain::progress::Progress;
use crate::domain::sphere::{Bounds, LonLat, to_mercator};
use crate::domain::units::Units;

const SIZE: Vec2 = vec2(240.0, 160.0);
const RED: Color32 = Color32::from_rgb(200, 30, 30);
const BLUE: Color32 = Color32::from_rgb(30, 30, 200);
const ACCENT: Color32 = Color32::from_rgb(0, 120, 255);

fn units(text: &str) -> Arc<Units> {
    fixture::project(text).units
}

fn grid(columns: usize, rows: usize) -> Arc<Units> {
    units(&vec!["a".repeat(columns); rows].join("\n"))
}

fn geometry(units: &Units) -> Arc<UnitGeometry> {
    UnitGeometry::new(&units.topology, &Progress::new()).unwrap()
}

fn bounds(units: &Units) -> Bounds {
    units.bounds.iter().copied().reduce(Bounds::union).unwrap()
}

fn plain(fill: Color32) -> UnitPaint {
    UnitPaint { fill, border: fill, pattern: patterns::PLAIN }
}

/// A window that is nothing but a map of some units.
struct Scene {
    batches: MapBatches,
    accounts: AccountBatches,
    camera: Camera,
}

impl Scene {
    fn new(units: &Units, places: &[LonLat]) -> (Rc<RefCell<Self>>, egui_kittest::Harness<'static>) {
        let options = eframe::egui_wgpu::RendererOptions::PREDICTABLE;
        let state = create_render_state(default_wgpu_setup(), options);
        let (centre, zoom) = Camera::fitting(bounds(units), SIZE, 20.0);
        let camera = Camera { rect: Rect::from_min_size(Pos2::ZERO, SIZE), centre: to_mercator(centre), zoom };
        let scene = Rc::new(RefCell::new(Self {
            batches: MapBatches::new(Some(&state), geometry(units)),
            accounts: AccountBatches::new(Some(&state), AccountPlaces::new(places)),
            camera,
        }));
        let shown = scene.clone();
        let harness = egui_kittest::Harness::builder()
            .with_size(SIZE)
            .renderer(WgpuTestRenderer::from_render_state(state))
            .build_ui(move |ui| {
                let mut scene = shown.borrow_mut();
                let Scene { batches, accounts, camera } = &mut *scene;
                let painter = ui.ctx().layer_painter(eframe::egui::LayerId::background());
                painter.rect_filled(camera.rect, 0.0, Color32::WHITE);
                let look = MapLook::of(false, ACCENT);
                batches.draw_units(&painter, camera, &look, &mut []);
                batches.draw_outlines(&painter, camera, &look);
                accounts.draw(&painter, camera, &look);
            });
        (scene, harness)
    }

    fn work(&self) -> Work {
        self.batches.work()
    }
}

/// Draws a frame and reads it back.
fn picture(harness: &mut egui_kittest::Harness) -> impl Fn(Pos2) -> [u8; 3] + use<> {
    harness.step();
    let image = harness.render().unwrap();
    move |at: Pos2| {
        let [r, g, b, _] = image.get_pixel(at.x as u32, at.y as u32).0;
        [r, g, b]
    }
}

fn is_near(a: [u8; 3], b: Color32) -> bool {
    let [r, g, b, _] = b.to_array();
    a.iter().zip([r, g, b]).all(|(&a, b)| a.abs_diff(b) <= 3)
}

#[test]
fn units_have_their_colours_and_change_them() {
    let units = units("ab");
    let (scene, mut harness) = Scene::new(&units, &[]);
    let middle = |unit: usize| scene.borrow().camera.place_to_screen(units.bounds[unit].centre());
    scene.borrow_mut().batches.set_unit_paints(&[plain(RED), plain(BLUE)]);
    let pixel = picture(&mut harness);
    assert!(is_near(pixel(middle(0)), RED) && is_near(pixel(middle(1)), BLUE));
    assert!(is_near(pixel(pos2(3.0, 3.0)), Color32::WHITE));

    let before = scene.borrow().work();
    scene.borrow_mut().batches.set_unit_paints(&[plain(RED), plain(RED)]);
    let pixel = picture(&mut harness);
    assert!(is_near(pixel(middle(1)), RED));
    let after = scene.borrow().work();
    assert_eq!(after, Work { paint_rows: before.paint_rows + 1, ..before });
}

#[test]
fn an_unassigned_unit_is_striped() {
    let units = units("a");
    let (scene, mut harness) = Scene::new(&units, &[]);
    scene.borrow_mut().batches.set_unit_paints(&[super::palette::unassigned_paint(false)]);
    let pixel = picture(&mut harness);
    let along: std::collections::BTreeSet<[u8; 3]> =
        (0..20).map(|step| pixel(SIZE.to_pos2() / 2.0 + vec2(step as f32, 0.0))).collect();
    assert!(along.len() >= 3, "{along:?}");
}

#[test]
fn a_border_between_territories_has_each_sides_colour() {
    let units = units("ab");
    let (scene, mut harness) = Scene::new(&units, &[]);
    let border = scene.borrow().camera.place_to_screen(bounds(&units).centre());
    let bordered = |border: Color32| UnitPaint { fill: Color32::from_gray(220), border, pattern: patterns::PLAIN };
    {
        let batches = &mut scene.borrow_mut().batches;
        batches.set_unit_paints(&[bordered(RED), bordered(BLUE)]);
        batches.set_assignment(&[TerritoryId(1), TerritoryId(2)], &[]);
    }
    let pixel = picture(&mut harness);
    // How much redder than blue.
    let redness = |x: f32| {
        let [red, _, blue] = pixel(border + vec2(x, 0.0));
        i32::from(red) - i32::from(blue)
    };
    assert!(redness(-1.0) > 60 && redness(1.0) < -60, "{} {}", redness(-1.0), redness(1.0));
    assert!(redness(-8.0).abs() < 5 && redness(8.0).abs() < 5);

    scene.borrow_mut().batches.set_assignment(&[TerritoryId(1), TerritoryId(1)], &[]);
    let pixel = picture(&mut harness);
    assert!(pixel(border)[0].abs_diff(pixel(border)[2]) < 20, "{:?}", pixel(border));
}

#[test]
fn a_selected_unit_is_outlined_and_an_account_is_a_dot() {
    let units = units("ab");
    let place = units.bounds[1].centre();
    let (scene, mut harness) = Scene::new(&units, &[place]);
    {
        let mut scene = scene.borrow_mut();
        scene.batches.set_unit_paints(&[plain(Color32::from_gray(220)); 2]);
        scene.batches.set_outline(OutlineKind::Selection, &[UnitId(0)]);
        scene.accounts.set_paints(|_| AccountPaint { radius: 6.0, colour: RED, hollow: false });
    }
    let pixel = picture(&mut harness);
    let border = scene.borrow().camera.place_to_screen(bounds(&units).centre());
    assert!(is_near(pixel(border), ACCENT), "{:?}", pixel(border));
    assert!(is_near(pixel(scene.borrow().camera.place_to_screen(place)), RED));

    scene.borrow_mut().batches.set_outline(OutlineKind::Selection, &[]);
    let pixel = picture(&mut harness);
    assert!(!is_near(pixel(border), ACCENT));
}

#[test]
fn panning_rebuilds_nothing_and_an_edit_only_what_it_touches() {
    let units = grid(60, 60);
    let (scene, mut harness) = Scene::new(&units, &[]);
    let mut assignment: Vec<TerritoryId> = (0..3600).map(|unit| TerritoryId(1 + (unit % 60 / 20) as u16)).collect();
    scene.borrow_mut().batches.set_assignment(&assignment, &[]);
    harness.step();
    let first = scene.borrow().work();
    assert!(first.border_chunks >= 14, "{first:?}");

    scene.borrow_mut().camera.centre[0] += 0.1;
    harness.step();
    assert_eq!(scene.borrow().work(), first);

    for unit in [70, 71, 130] {
        assignment[unit] = TerritoryId(9);
    }
    scene.borrow_mut().batches.set_assignment(&assignment, &[]);
    harness.step();
    let after = scene.borrow().work();
    assert!((1..=4).contains(&(after.border_chunks - first.border_chunks)), "{after:?}");
    assert_eq!(after.static_chunks, first.static_chunks);
}

#[test]
fn without_a_gpu_nothing_is_drawn_and_nothing_fails() {
    let units = units("ab");
    let mut batches = MapBatches::new(None, geometry(&units));
    let mut accounts = AccountBatches::new(None, AccountPlaces::new(&[LonLat::new(0.0, 0.0)]));
    let (_, zoom) = Camera::fitting(bounds(&units), SIZE, 20.0);
    let mut harness = egui_kittest::Harness::new_ui(move |ui| {
        let camera = Camera { rect: ui.max_rect(), centre: [128.0; 2], zoom };
        batches.set_unit_paints(&[plain(RED); 2]);
        batches.set_outline(OutlineKind::Hover, &[UnitId(1), UnitId(77)]);
        let look = MapLook::of(true, ACCENT);
        batches.draw_units(ui.painter(), &camera, &look, &mut []);
        batches.draw_outlines(ui.painter(), &camera, &look);
        accounts.draw(ui.painter(), &camera, &look);
    });
    harness.run();
}

#[test]
fn triangles_cover_the_units_exactly() {
    let units = units("aab\nacb\ndd.");
    let geometry = geometry(&units);
    for level in 0..LEVELS {
        let mut areas = vec![0.0f64; units.len()];
        for chunk in &geometry.chunks {
            let level = &chunk.levels[level].fills;
            for corners in level.indices.chunks_exact(3) {
                let [a, b, c] = [0, 1, 2].map(|i| level.vertices[corners[i] as usize].position.map(f64::from));
                let twice = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
                areas[level.vertices[corners[0] as usize].unit as usize] += twice.abs() / 2.0;
            }
        }
        for (unit, area) in areas.iter().enumerate() {
            let [min, max] = [units.bounds[unit].min, units.bounds[unit].max].map(to_mercator);
            let cell = (max[0] - min[0]) * (min[1] - max[1]);
            assert!((area - cell).abs() < 0.01 * cell, "unit {unit}: {area} of {cell}");
        }
    }
}

/// Territories 1 to 9: the group of each on the two lowest levels.
fn above(groups: &[[u16; 2]]) -> Vec<[GroupId; MOST_LEVELS]> {
    let row = |of: &[u16; 2]| {
        let mut above = [GroupId::default(); MOST_LEVELS];
        (above[0], above[1]) = (GroupId(of[0]), GroupId(of[1]));
        above
    };
    std::iter::once(&[0, 0]).chain(groups).map(row).collect()
}

#[test]
fn borders_of_districts_and_regions_are_heavier() {
    let units = units("ab");
    let (scene, mut harness) = Scene::new(&units, &[]);
    let border = scene.borrow().camera.place_to_screen(bounds(&units).centre());
    let dark_pixels = |groups: &[[u16; 2]], harness: &mut egui_kittest::Harness| {
        {
            let batches = &mut scene.borrow_mut().batches;
            batches.set_unit_paints(&[plain(Color32::from_gray(220)); 2]);
            batches.set_assignment(&[TerritoryId(1), TerritoryId(2)], &above(groups));
        }
        let pixel = picture(harness);
        (-10..=10).filter(|&x| pixel(border + vec2(x as f32, 0.0))[1] < 120).count()
    };
    let territory = dark_pixels(&[[1, 3], [1, 3]], &mut harness);
    let district = dark_pixels(&[[1, 3], [2, 3]], &mut harness);
    let region = dark_pixels(&[[1, 3], [2, 4]], &mut harness);
    assert!(territory == 0 && district >= 1 && region > district, "{territory} {district} {region}");
}

#[test]
fn a_territory_in_another_district_changes_the_borders_of_its_chunks_alone() {
    let units = grid(60, 60);
    let (scene, mut harness) = Scene::new(&units, &[]);
    // Territory 1 in a corner of 5 × 5, the rest in territory 2.
    let assignment: Vec<TerritoryId> =
        (0..3600).map(|unit| TerritoryId(if unit % 60 < 5 && unit / 60 < 5 { 1 } else { 2 })).collect();
    scene.borrow_mut().batches.set_assignment(&assignment, &above(&[[1, 0], [1, 0]]));
    harness.step();
    let first = scene.borrow().work();
    scene.borrow_mut().batches.set_assignment(&assignment, &above(&[[2, 0], [1, 0]]));
    harness.step();
    let after = scene.borrow().work();
    assert!((1..=4).contains(&(after.border_chunks - first.border_chunks)), "{first:?} {after:?}");
    assert_eq!(after.static_chunks, first.static_chunks);
    scene.borrow_mut().batches.set_assignment(&assignment, &above(&[[2, 0], [1, 0]]));
    harness.step();
    assert_eq!(scene.borrow().work(), after, "nothing changed, nothing is rebuilt");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What is not marked as changed needs no rebuilding: its borders are what they were.
    #[test]
    fn every_chunk_whose_borders_change_is_marked(edits in proptest::collection::vec((0usize..1600, 0u16..5), 1..30),
        moves in proptest::collection::vec((0usize..4, 0u16..3), 0..3)) {
        thread_local!(static GEOMETRY: Arc<UnitGeometry> = geometry(&grid(40, 40)));
        let geometry = GEOMETRY.with(Arc::clone);
        let before: Vec<TerritoryId> = (0..1600).map(|unit| TerritoryId((unit / 400) as u16)).collect();
        let mut groups = [[1, 5], [1, 5], [2, 5], [3, 6]];
        let mut borders = TerritoryBorders::new(&geometry);
        borders.set_assignment(&geometry, &before, &above(&groups));
        let marked_before = borders.versions();
        let owners_before = Owners { assignment: before.clone(), above: above(&groups), except: Vec::new() };
        let mut after = before;
        for (unit, territory) in edits {
            after[unit] = TerritoryId(territory);
        }
        for (territory, group) in moves {
            groups[territory][0] = group;
        }
        let owners_after = Owners { assignment: after, above: above(&groups), except: Vec::new() };
        borders.set_assignment(&geometry, &owners_after.assignment, &owners_after.above);
        let marked = borders.versions();
        for chunk in 0..geometry.chunk_count() {
            let segments = |owners: &Owners| border_segments(&geometry, LEVELS - 1, chunk, owners);
            if segments(&owners_before) != segments(&owners_after) {
                prop_assert!(marked[chunk] > marked_before[chunk]);
            }
        }
    }
}
