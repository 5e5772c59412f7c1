//! What lies under the territories: an embedded quiet map, tiles of OpenStreetMap, or nothing. None of them is ever needed: without
//! a network, or with a basemap that cannot be read, territories are drawn on plain ground.

mod pmtiles;
mod quiet;
mod style;

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Once;

use eframe::egui::{Color32, Context};
use walkers::sources::OpenStreetMap;
use walkers::{Canvas, HttpOptions, HttpTiles, Layer, Projector};

pub use quiet::{ARCHIVE, PlaceName, QuietBasemap};
pub use style::{BasemapColours, PlaceKind};

use crate::render::camera::Camera;
use crate::session::view::BasemapChoice;

/// The basemap of a map view. Created once and kept: it owns what has been decoded or downloaded. As a layer of `walkers::Map` it is
/// given as `&basemap`.
pub struct Basemap {
    choice: BasemapChoice,
    dark: bool,
    /// Downloaded tiles are kept here, for as long as the server allows.
    download_cache: Option<PathBuf>,
    source: Source,
}

enum Source {
    // Drawn through a shared reference; see `Layer for &Basemap`.
    Quiet(Box<RefCell<QuietBasemap>>),
    Online(Box<RefCell<HttpTiles>>),
    Nothing,
}

impl Basemap {
    /// Nothing is read or asked for until it is drawn.
    pub fn new(choice: BasemapChoice, download_cache: Option<PathBuf>) -> Self {
        Self { choice, dark: false, download_cache, source: Source::Nothing }
    }

    pub fn choice(&self) -> BasemapChoice {
        self.choice
    }

    /// Call once per frame before the map is shown: takes over the choice and the theme; does nothing when neither changed.
    pub fn update(&mut self, context: &Context, choice: BasemapChoice, dark: bool) {
        let is_there = match &self.source {
            Source::Quiet(quiet) => choice == BasemapChoice::Quiet && quiet.borrow().is_dark() == dark,
            Source::Online(_) => choice == BasemapChoice::OpenStreetMap,
            Source::Nothing => choice == BasemapChoice::None,
        };
        (self.choice, self.dark) = (choice, dark);
        if !is_there {
            self.reload(context);
        }
    }

    /// Starts afresh; what "Retry" does after the network was away, since a tile that failed is not asked for again.
    pub fn reload(&mut self, context: &Context) {
        self.source = match self.choice {
            BasemapChoice::Quiet => QuietBasemap::new(context.clone(), self.dark)
                .map_or(Source::Nothing, |quiet| Source::Quiet(Box::new(RefCell::new(quiet)))),
            BasemapChoice::OpenStreetMap => {
                Source::Online(Box::new(RefCell::new(online(context, self.download_cache.clone()))))
            }
            BasemapChoice::None => Source::Nothing,
        };
    }

    /// What to paint the whole map with first.
    pub fn ground(&self) -> Color32 {
        let colours = BasemapColours::of(self.dark);
        match self.choice {
            BasemapChoice::Quiet => colours.water,
            BasemapChoice::OpenStreetMap | BasemapChoice::None => colours.land,
        }
    }

    /// The names of places in view, most important first, to be placed with the territories' own labels. Only the quiet basemap has
    /// any: OpenStreetMap's are in its pictures.
    pub fn place_names(&self, camera: &Camera) -> Vec<PlaceName> {
        match &self.source {
            Source::Quiet(quiet) => quiet.borrow().place_names(camera),
            Source::Online(_) | Source::Nothing => Vec::new(),
        }
    }

    /// What must be said on the map. Empty without a basemap.
    pub fn attribution(&self) -> &'static str {
        match self.choice {
            BasemapChoice::Quiet => "Made with Natural Earth · U.S. Census Bureau · GeoNames",
            BasemapChoice::OpenStreetMap => "© OpenStreetMap contributors",
            BasemapChoice::None => "",
        }
    }

    /// Where the attribution leads to, if anywhere.
    pub fn attribution_url(&self) -> Option<&'static str> {
        (self.choice == BasemapChoice::OpenStreetMap).then_some("https://www.openstreetmap.org/copyright")
    }
}

/// Shared, so that what is painted above the basemap can ask it for its place names meanwhile.
impl Layer for &Basemap {
    fn draw(&mut self, canvas: &mut Canvas, projector: &Projector) {
        match &self.source {
            Source::Quiet(quiet) => quiet.borrow_mut().draw(canvas, &Camera::of(projector)),
            Source::Online(tiles) => {
                let mut tiles: &mut HttpTiles = &mut tiles.borrow_mut();
                Layer::draw(&mut tiles, canvas, projector);
            }
            Source::Nothing => {}
        }
    }
}

/// Tiles over the network; failing is a normal state and leaves the ground empty.
fn online(context: &Context, cache: Option<PathBuf>) -> HttpTiles {
    install_tls_provider();
    let user_agent = concat!("Bailiwick/", env!("CARGO_PKG_VERSION"), " (desktop; territory planning)");
    let options = HttpOptions {
        cache,
        user_agent: Some(walkers::HeaderValue::from_static(user_agent)),
        ..HttpOptions::default()
    };
    HttpTiles::with_options(OpenStreetMap, options, context.clone())
}

/// One provider for the whole process. Somebody else's being there already is as good.
fn install_tls_provider() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}
