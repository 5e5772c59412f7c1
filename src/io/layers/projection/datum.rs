//! Datums: on which ellipsoid, and where, a country measured before satellites did. Between one of them and WGS 84 lie up to several
//! hundred metres. Files often name the datum without saying how to convert it, so the usual shifts are here.
//!
//! The shifts are those of the EPSG registry for the whole country (position vector: three shifts in metres, three turns in seconds of
//! arc, a scale in parts per million). Exact conversion needs a grid of shifts that the surveying office of the country publishes.

/// How the coordinates of a datum become those of WGS 84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Datum {
    /// Agrees with WGS 84 within two metres.
    LikeWgs84,
    Shifted(&'static Shift),
    Unknown,
}

#[derive(Debug, PartialEq)]
pub(super) struct Shift {
    /// Parts of its name as files write it, letters and digits alone in capitals; any of them will do.
    names: &'static [&'static str],
    /// As PROJ's `+towgs84`.
    pub to_wgs84: &'static str,
    /// How far places may be off afterwards, in metres.
    pub metres: u32,
}

const fn shift(names: &'static [&'static str], to_wgs84: &'static str, metres: u32) -> Shift {
    Shift { names, to_wgs84, metres }
}

/// More special names first: the first that is part of the name in the file counts.
static SHIFTS: [Shift; 42] = [
    shift(
        &["OSGB1936", "OSGB36", "ORDNANCESURVEYOFGREATBRITAIN1936"],
        "446.448,-125.157,542.06,0.15,0.247,0.842,-20.489",
        5,
    ),
    shift(&["NAD27", "NORTHAMERICAN1927", "NORTHAMERICANDATUM1927"], "-8,160,176", 12),
    shift(&["NAD1927", "NORTHAMERICANDATUMOF1927"], "-8,160,176", 12),
    shift(
        &["DHDN", "DEUTSCHESHAUPTDREIECKSNETZ", "POTSDAM", "RAUENBERG"],
        "598.1,73.7,418.2,0.202,0.045,-2.455,6.7",
        4,
    ),
    shift(&["ED50", "EUROPEAN1950", "EUROPEANDATUM1950"], "-87,-98,-121", 12),
    shift(
        &["MILITARGEOGRAPHISCHE", "HERMANNSKOGEL", "DMGI", "MGI"],
        "577.326,90.129,463.919,5.137,1.474,5.297,2.4232",
        3,
    ),
    shift(&["CH1903"], "674.374,15.056,405.346", 2),
    shift(&["AMERSFOORT"], "565.2369,50.0087,465.658,-0.406857,0.350733,-1.87035,4.0812", 2),
    shift(&["NOUVELLETRIANGULATIONFRANCAISE", "DNTF", "NTF"], "-168,-60,320", 6),
    shift(
        &["BELGE1972", "RESEAUNATIONALBELGE1972", "RNB72"],
        "-106.8686,52.2978,-103.7239,0.3366,-0.457,1.8422,-1.2747",
        2,
    ),
    shift(
        &["SJTSK", "JEDNOTNETRIGONOMETRICKE", "UNIFIEDTRIGONOMETRICALCADASTRAL"],
        "570.8,85.7,462.8,4.998,1.587,5.261,3.56",
        3,
    ),
    shift(
        &["TM65", "TM75", "IRELAND1965", "GEODETICDATUMOF1965", "IRE65"],
        "482.5,-130.6,564.6,-1.042,-0.214,-0.631,8.15",
        3,
    ),
    shift(&["OSNI52", "OSNI1952"], "482.5,-130.6,564.6,-1.042,-0.214,-0.631,8.15", 3),
    shift(&["MONTEMARIO", "ROMA1940"], "-104.1,-49.1,-9.9,0.971,-2.917,0.714,-11.68", 5),
    shift(&["PULKOVO1942ADJ1958", "PULKOVO194258"], "33.4,-146.6,-76.3,-0.359,-0.053,0.844,-0.84", 5),
    shift(&["PULKOVO1942ADJ1983", "PULKOVO194283"], "24.9,-126.4,-93.2,-0.063,-0.247,-0.041,1.01", 5),
    shift(&["PULKOVO1942"], "23.92,-141.27,-80.9,0,0.35,0.82,-0.12", 5),
    shift(&["PULKOVO1995"], "24.82,-131.21,-82.66,0,0,0.16,-0.12", 5),
    shift(&["TOKYO"], "-146.414,507.337,680.507", 10),
    shift(
        &["RT1990", "RT90", "RT38", "RIKETSKOORDINATSYSTEM", "STOCKHOLM1938"],
        "414.1,41.3,603.1,-0.855,2.141,-7.023,0",
        3,
    ),
    shift(&["KKJ", "KARTASTOKOORDINAATTI"], "-96.062,-82.428,-121.753,4.801,0.345,-1.376,1.496", 3),
    shift(&["NGO1948"], "278.3,93,474.5,7.889,0.05,-6.61,6.21", 5),
    shift(
        &["NEWZEALAND1949", "NEWZEALANDGEODETICDATUM1949", "NZGD49", "NZGD1949"],
        "59.47,-5.04,187.44,0.47,-0.1,1.024,-4.5993",
        5,
    ),
    shift(
        &["AUSTRALIAN1966", "AUSTRALIANGEODETICDATUM1966", "AGD66", "AGD1966"],
        "-117.808,-51.536,137.784,0.303,0.446,0.234,-0.29",
        4,
    ),
    shift(&["AUSTRALIAN1984", "AUSTRALIANGEODETICDATUM1984", "AGD84", "AGD1984"], "-134,-48,149", 6),
    shift(&["SAD69", "SOUTHAMERICAN1969", "SOUTHAMERICANDATUM1969"], "-66.87,4.37,-38.52", 6),
    shift(&["PSAD56", "PROVISIONALSAMERICAN1956", "PROVISIONALSOUTHAMERICANDATUM1956"], "-288,175,-376", 25),
    shift(&["CORREGOALEGRE"], "-206,172,-6", 10),
    shift(&["CAMPOINCHAUSPE"], "-148,136,90", 10),
    shift(&["BOGOTA"], "307,304,-318", 10),
    shift(&["ARC1950"], "-143,-90,-294", 25),
    shift(&["ARC1960"], "-160,-6,-302", 25),
    shift(&["DCAPE", "CAPE"], "-136,-108,-292", 10),
    shift(&["HONGKONG1980"], "-162.619,-276.959,-161.764,0.067753,-2.24365,-1.15883,-1.09425", 2),
    shift(&["DATUM73"], "-223.237,110.193,36.649", 5),
    shift(&["LISBON"], "-304.046,-60.576,103.64", 5),
    shift(&["GGRS87", "GREEKGEODETICREFERENCESYSTEM1987", "GGRS1987"], "-199.87,74.79,246.62", 2),
    shift(&["HUNGARIAN1972", "HD72", "HUNGARIANDATUM1972"], "52.17,-71.82,-14.9", 3),
    shift(&["PUERTORICO"], "11,72,-101", 10),
    shift(&["OLDHAWAIIAN"], "61,-285,-181", 20),
    shift(&["KERTAU"], "-11,851,5", 15),
    shift(&["INDIAN1975"], "210,814,289", 10),
];

/// Names of datums that agree with WGS 84 within two metres, as [`SHIFTS`] writes them.
const ALIKE: [&str; 36] = [
    "WGS84",
    "WGS1984",
    "WORLDGEODETICSYSTEM1984",
    "NAD83",
    "NAD1983",
    "NORTHAMERICAN1983",
    "NORTHAMERICANDATUM1983",
    "NSRS2007",
    "ETRS",
    "ETRF",
    "EUROPEANTERRESTRIAL",
    "ITRF",
    "IGS",
    "RGF93",
    "RGF1993",
    "GEODESIQUEFRANCAIS1993",
    "GDA94",
    "GDA1994",
    "GEOCENTRICDATUMOFAUSTRALIA",
    "GDA2020",
    "NZGD2000",
    "NEWZEALANDGEODETICDATUM2000",
    "SIRGAS",
    "SWEREF",
    "IRENET95",
    "CHTRF",
    "JGD2000",
    "JGD2011",
    "JAPANESEGEODETICDATUM2",
    "CSRS",
    "HARTEBEESTHOEK94",
    "CGCS2000",
    "CHINA2000",
    "KOREA2000",
    "POSGAR",
    "RDN2008",
];

/// The datum by the name that a file gives it.
pub(super) fn by_name(name: &str) -> Datum {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    if ALIKE.iter().any(|alike| plain.contains(alike)) {
        return Datum::LikeWgs84;
    }
    let named = |shift: &&Shift| {
        shift.names.iter().any(|name| if name.len() < 4 { plain == *name } else { plain.contains(name) })
    };
    SHIFTS.iter().find(named).map_or(Datum::Unknown, Datum::Shifted)
}
