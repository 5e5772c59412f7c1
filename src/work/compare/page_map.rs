//! A small map for a page: the territories of a rep now, their border before, and the accounts that come and go. As SVG, which prints at any
//! size.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::Move;
use super::pages::Page;
use crate::domain::plan::Plan;
use crate::domain::polygon::Shape;
use crate::domain::project::Project;
use crate::domain::sphere::to_mercator;

/// In pixels; the height follows from the shape, within limits.
const WIDTH: f64 = 640.0;
const HEIGHTS: [f64; 2] = [220.0, 460.0];
const MARGIN: f64 = 14.0;
/// So many accounts of a kind are drawn; more would be a cloud.
const MOST_DOTS: usize = 3_000;

/// From the world to the picture.
struct View {
    min: [f64; 2],
    scale: f64,
    height: f64,
    offset: [f64; 2],
}

/// The outlines of all territories, made once for all pages.
pub struct Maps<'a> {
    project: &'a Project,
    now: Vec<Outline>,
    /// By the name of the territory.
    before: BTreeMap<String, Outline>,
}

#[derive(Default)]
struct Outline {
    shape: Shape,
    /// The corners of the box around it, in world coordinates.
    corners: Option<[[f64; 2]; 2]>,
}

impl Outline {
    fn new(shape: Shape) -> Self {
        let places = shape.polygons.iter().flat_map(|polygon| &polygon.outer);
        let corners = around(places.map(|place| to_mercator(*place)));
        Self { shape, corners }
    }
}

impl<'a> Maps<'a> {
    /// `before` is the plan that was, where one is known.
    pub fn new(project: &'a Project, before: Option<&Arc<Plan>>) -> Self {
        let topology = &project.units.topology;
        let outlines = |plan: &Plan| -> Vec<Outline> {
            topology.outlines(plan.assignment(), plan.territory_slots()).into_iter().map(Outline::new).collect()
        };
        let named = |plan: &Arc<Plan>| -> BTreeMap<String, Outline> {
            let mut shapes = outlines(plan);
            let named = plan.territories().filter_map(|(id, territory)| {
                Some((territory.name.clone(), std::mem::take(shapes.get_mut(id.index())?)))
            });
            named.collect()
        };
        Self { project, now: outlines(&project.plan), before: before.map_or_else(BTreeMap::new, named) }
    }

    /// The picture of a page; `None` where there is nothing to draw.
    pub fn draw(&self, page: &Page) -> Option<String> {
        let plan = &*self.project.plan;
        let places = |moves: &[Move]| -> Vec<[f64; 2]> {
            let places = moves.iter().filter_map(|moved| self.project.accounts.places.get(moved.account.index()));
            places.filter(|place| place.is_valid()).take(MOST_DOTS).map(|place| to_mercator(*place)).collect()
        };
        let (gained, lost) = (places(&page.accounts_gained), places(&page.accounts_lost));
        let own = page.territories.iter().filter_map(|id| self.now.get(id.index()));
        let former: Vec<&Outline> = page.territories_before.iter().filter_map(|name| self.before.get(name)).collect();
        let boxes = own.clone().chain(former.iter().copied()).filter_map(|outline| outline.corners).flatten();
        let view = View::around(boxes.chain(gained.iter().copied()).chain(lost.iter().copied()))?;
        let mut svg = format!(
            "<svg class=\"map\" viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" aria-label=\"Map\" xmlns=\"http://www.w3.org/2000/svg\">",
            view.height
        );
        // The other territories around, quietly.
        for (id, _) in plan.territories().filter(|(id, _)| !page.territories.contains(id)) {
            let outline = self.now.get(id.index()).filter(|outline| view.shows(outline));
            let path = outline.map_or_else(String::new, |outline| view.path(&outline.shape));
            if !path.is_empty() {
                let look = "fill=\"#f4f5f6\" stroke=\"#c4c9ce\" stroke-width=\"0.8\"";
                let _ = write!(svg, "<path d=\"{path}\" fill-rule=\"evenodd\" {look}/>");
            }
        }
        for (id, outline) in page.territories.iter().filter_map(|id| Some((*id, self.now.get(id.index())?))) {
            let [r, g, b] = plan.territory(id).map_or([128; 3], |territory| territory.colour);
            let (path, colour) = (view.path(&outline.shape), format!("#{r:02x}{g:02x}{b:02x}"));
            let look = format!("fill=\"{colour}\" fill-opacity=\"0.35\" stroke=\"{colour}\" stroke-width=\"1.6\"");
            let _ = write!(svg, "<path d=\"{path}\" fill-rule=\"evenodd\" {look}/>");
        }
        for outline in former {
            let look = "fill=\"none\" stroke=\"#8a0f4d\" stroke-width=\"1.6\" stroke-dasharray=\"5 3\"";
            let _ = write!(svg, "<path d=\"{}\" {look}/>", view.path(&outline.shape));
        }
        for (places, colour) in [(&lost, "#b3261e"), (&gained, "#1b7f4b")] {
            for place in places {
                let [x, y] = view.at(*place);
                let look = format!("r=\"2.6\" fill=\"{colour}\" stroke=\"#fff\" stroke-width=\"0.7\"");
                let _ = write!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" {look}/>");
            }
        }
        svg.push_str("</svg>");
        Some(svg)
    }
}

/// The corners of the box around points.
fn around(points: impl Iterator<Item = [f64; 2]>) -> Option<[[f64; 2]; 2]> {
    points.map(|point| [point, point]).reduce(|[min, max], [low, high]| {
        [[min[0].min(low[0]), min[1].min(low[1])], [max[0].max(high[0]), max[1].max(high[1])]]
    })
}

impl View {
    fn around(points: impl Iterator<Item = [f64; 2]>) -> Option<Self> {
        let [min, max] = around(points)?;
        let size = [(max[0] - min[0]).max(1e-6), (max[1] - min[1]).max(1e-6)];
        let room = WIDTH - 2.0 * MARGIN;
        let height = (room / size[0] * size[1] + 2.0 * MARGIN).clamp(HEIGHTS[0], HEIGHTS[1]);
        let scale = (room / size[0]).min((height - 2.0 * MARGIN) / size[1]);
        let offset = [(WIDTH - size[0] * scale) / 2.0, (height - size[1] * scale) / 2.0];
        Some(Self { min, scale, height, offset })
    }

    fn at(&self, point: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|axis| (point[axis] - self.min[axis]) * self.scale + self.offset[axis])
    }

    /// Whether any of the box around it is in the picture.
    fn shows(&self, outline: &Outline) -> bool {
        let Some([low, high]) = outline.corners.map(|corners| corners.map(|corner| self.at(corner))) else {
            return false;
        };
        low[0] <= WIDTH && high[0] >= 0.0 && low[1] <= self.height && high[1] >= 0.0
    }

    /// Whether a box on the picture is large enough to be seen, and in it.
    fn is_seen(&self, [low, high]: [[f64; 2]; 2]) -> bool {
        const LEAST: f64 = 2.0;
        let is_large = high[0] - low[0] >= LEAST || high[1] - low[1] >= LEAST;
        is_large && low[0] <= WIDTH && high[0] >= 0.0 && low[1] <= self.height && high[1] >= 0.0
    }

    /// A shape as an SVG path. Corners closer than half a pixel to the one before are left out.
    fn path(&self, shape: &Shape) -> String {
        let mut path = String::new();
        for polygon in &shape.polygons {
            for ring in std::iter::once(&polygon.outer).chain(&polygon.holes) {
                let Some(corners) = around(ring.iter().map(|place| self.at(to_mercator(*place)))) else { continue };
                if !self.is_seen(corners) {
                    continue;
                }
                let mut last: Option<[f64; 2]> = None;
                let mut count = 0;
                let start = path.len();
                for place in ring {
                    let point = self.at(to_mercator(*place));
                    if last.is_some_and(|last| (last[0] - point[0]).abs() + (last[1] - point[1]).abs() < 0.5) {
                        continue;
                    }
                    let _ = write!(path, "{}{:.1} {:.1}", if count == 0 { "M" } else { "L" }, point[0], point[1]);
                    last = Some(point);
                    count += 1;
                }
                // What is smaller than a pixel is not drawn.
                if count < 3 {
                    path.truncate(start);
                } else {
                    path.push('Z');
                }
            }
        }
        path
    }
}
