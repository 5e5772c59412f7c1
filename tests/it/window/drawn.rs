//! What the map looks like, on the software renderer, and how little is sent to it.

use std::collections::HashMap;

use bailiwick::action::Action;
use egui::Rect;

use crate::harness::AppHarness;

#[test]
fn the_map_shows_the_sample() {
    let mut app = AppHarness::drawn_sample();
    // The hint of the first run lies over the map.
    app.press_button("Got it");
    // Where the territories are; the basemap around them is pale.
    let bounds = app.session().plan_bounds().expect("the sample has units");
    let camera = app.app().map().camera();
    let rect = Rect::from_two_pos(camera.place_to_screen(bounds.min), camera.place_to_screen(bounds.max));
    assert!(camera.rect.contains_rect(rect), "everything is in view at first");
    let image = app.window().render().expect("the window can be drawn");
    let mut colours: HashMap<[u8; 4], u32> = HashMap::new();
    let (mut all, mut strong) = (0, 0);
    for y in rect.top() as u32..rect.bottom() as u32 {
        for x in rect.left() as u32..rect.right() as u32 {
            let pixel = image.get_pixel(x, y).0;
            *colours.entry(pixel).or_default() += 1;
            let (low, high) = (pixel[..3].iter().min(), pixel[..3].iter().max());
            strong += u32::from(high.zip(low).is_some_and(|(high, low)| high - low > 40));
            all += 1;
        }
    }
    let commonest = colours.values().copied().max().unwrap_or(0);
    assert!(colours.len() > 500, "{} colours", colours.len());
    assert!(commonest * 10 < all * 7, "one colour on {commonest} of {all} pixels");
    assert!(strong * 5 > all, "the colours of territories are on {strong} of {all} pixels");
}

#[test]
fn an_edit_of_one_unit_repaints_it_and_sends_little() {
    let mut app = AppHarness::drawn_sample();
    let rect = app.app().map().camera().rect;
    let session = app.session();
    // A unit near the middle of the map, and a territory that it is not in.
    let unit = session
        .project
        .units
        .ids()
        .min_by_key(|unit| {
            let code = &session.project.units.codes[unit.index()];
            (app.place_of(code).distance(rect.center()) * 10.0) as i64
        })
        .expect("there are units");
    let code = session.project.units.codes[unit.index()].clone();
    let plan = session.plan();
    let other = plan.territories().map(|(id, _)| id).find(|&id| id != plan.territory_of(unit)).expect("there are two");
    let before = app.app().map().work();
    for _ in 0..5 {
        app.step();
    }
    assert_eq!(app.app().map().work(), before, "an idle map sends nothing");
    assert!(before.border_chunks > 8, "{before:?}");

    app.window().state_mut().push(Action::Assign { units: vec![unit], to: other });
    app.settle();
    assert_eq!(app.session().plan().territory_of(unit), other, "unit {code}");
    let after = app.app().map().work();
    assert_eq!(after.paint_rows - before.paint_rows, 1);
    let chunks = after.border_chunks - before.border_chunks;
    assert!((1..=4).contains(&chunks), "{chunks} chunks for one unit");
    assert_eq!(after.static_chunks, before.static_chunks);
}
