"""Makes the tables of towns, regions and counties, and the table of postal codes under the ODbL. README.md says where the inputs are from.

python3 make_place_tables.py SHIP_FOLDER cities1000.json rg_cities1000.csv OUT_FOLDER

SHIP_FOLDER holds postal/world_cities_1000.csv.gz, postal/world_postal_codes_odbl.csv.gz, world/admin1_world.topojson.gz,
world/countries.csv and us/county_table.csv. Same input, same bytes.
"""
import collections
import csv
import gzip
import json
import math
import re
import sys
import unicodedata
from pathlib import Path

# The names of countries and regions that the inputs lack, in the languages and short forms of business files.
COUNTRY_NAMES = {
    "US": "USA|U.S.|U.S.A.|United States of America|America|Vereinigte Staaten|États-Unis|Estados Unidos",
    "GB": "UK|U.K.|United Kingdom of Great Britain and Northern Ireland|Great Britain|Britain|Großbritannien|Royaume-Uni",
    "DE": "Deutschland|Allemagne|Alemania|Germania|D|BRD|Federal Republic of Germany", "AT": "Österreich|Autriche|A",
    "CH": "Schweiz|Suisse|Svizzera|Swiss", "FR": "Frankreich|Francia|F", "IT": "Italia|Italien|Italie|I",
    "ES": "España|Spanien|Espagne|E", "PT": "Portugal|P", "NL": "Nederland|Holland|The Netherlands|Niederlande|Pays-Bas|NL",
    "BE": "België|Belgique|Belgien|B", "LU": "Luxemburg|L", "DK": "Danmark|Dänemark|DK", "SE": "Sverige|Schweden|S",
    "NO": "Norge|Norwegen|N", "FI": "Suomi|Finnland|FIN", "IS": "Ísland|Island", "IE": "Éire|Irland|Republic of Ireland",
    "PL": "Polska|Polen|Pologne", "CZ": "Czech Republic|Česko|Tschechien", "SK": "Slovensko|Slowakei", "HU": "Magyarország|Ungarn",
    "SI": "Slovenija|Slowenien", "HR": "Hrvatska|Kroatien", "RO": "România|Rumänien", "BG": "Bulgarien", "GR": "Hellas|Griechenland",
    "TR": "Türkiye|Turkiye|Türkei", "RU": "Russian Federation|Russland", "UA": "Ukraine|Ukraina", "CA": "Kanada",
    "MX": "México|Mexiko", "BR": "Brasil|Brasilien", "AR": "Argentinien", "AU": "Australien|Commonwealth of Australia",
    "NZ": "Neuseeland|Aotearoa", "ZA": "Südafrika|RSA", "KR": "Korea|Republic of Korea|Korea, South|Südkorea", "KP": "Korea, North",
    "CN": "PRC|People's Republic of China|China, mainland", "TW": "Taiwan, Province of China|Chinese Taipei", "HK": "Hong Kong SAR",
    "VN": "Viet Nam", "AE": "UAE|U.A.E.", "IR": "Islamic Republic of Iran", "SY": "Syrian Arab Republic", "CI": "Côte d'Ivoire",
    "CD": "DR Congo|Congo, Democratic Republic", "MK": "North Macedonia", "MD": "Republic of Moldova", "BO": "Bolivia, Plurinational State of",
    "VE": "Venezuela, Bolivarian Republic of", "TZ": "United Republic of Tanzania", "LA": "Lao PDR", "BN": "Brunei Darussalam",
    "JP": "Nippon|Japon", "IN": "Bharat|Indien", "SZ": "Eswatini", "CV": "Cabo Verde", "TL": "Timor-Leste", "MM": "Burma",
}
REGION_NAMES = {
    "CA": "01 AB Alberta|02 BC British Columbia,Colombie-Britannique|03 MB Manitoba|04 NB New Brunswick,Nouveau-Brunswick|"
          "05 NL NF,NFLD,Newfoundland,Newfoundland and Labrador|07 NS Nova Scotia|08 ON ONT,Ontario|09 PE PEI,Prince Edward Island|"
          "10 QC PQ,QUE,Quebec,Québec|11 SK Saskatchewan|12 YT Yukon,Yukon Territory|13 NT Northwest Territories|14 NU Nunavut",
    "AU": "01 ACT Australian Capital Territory|02 NSW New South Wales|03 NT Northern Territory|04 QLD Queensland|"
          "05 SA South Australia|06 TAS Tasmania|07 VIC Victoria|08 WA Western Australia",
    "DE": "01 BW Baden-Württemberg|02 BY Bayern,Bavaria,BAY|03 HB Bremen|04 HH Hamburg|05 HE Hessen,Hesse|06 NI Niedersachsen,NDS,"
          "Lower Saxony|07 NW Nordrhein-Westfalen,NRW,North Rhine-Westphalia|08 RP Rheinland-Pfalz,RLP,Rhineland-Palatinate|"
          "09 SL Saarland|10 SH Schleswig-Holstein|11 BB Brandenburg|12 MV Mecklenburg-Vorpommern|13 SN Sachsen,Saxony,SAC|"
          "14 ST Sachsen-Anhalt,LSA,Saxony-Anhalt|15 TH Thüringen,Thuringia|16 BE Berlin",
    "AT": "01 B Burgenland,BGLD|02 K Kärnten,Carinthia,KTN|03 NÖ Niederösterreich,Lower Austria|04 OÖ Oberösterreich,Upper Austria|"
          "05 S Salzburg,SBG|06 ST Steiermark,Styria,STMK|07 T Tirol,Tyrol|08 V Vorarlberg,VBG|09 W Wien,Vienna",
    "BE": "BRU Brussels Bruxelles,Brussel,Brussels Capital Region,Région de Bruxelles-Capitale|VLG Flanders Vlaanderen,Vlaams Gewest,"
          "Région flamande,Flandre|WAL Wallonia Wallonie,Région wallonne,Waals Gewest",
    "GB": "ENG England Angleterre|SCT Scotland Schottland|WLS Wales Cymru|NIR Northern Ireland,NI",
    "BR": "01 AC Acre|02 AL Alagoas|03 AP Amapá|04 AM Amazonas|05 BA Bahia|06 CE Ceará|07 DF Distrito Federal,Federal District|"
          "08 ES Espírito Santo|11 MS Mato Grosso do Sul|13 MA Maranhão|14 MT Mato Grosso|15 MG Minas Gerais|16 PA Pará|"
          "17 PB Paraíba|18 PR Paraná|20 PI Piauí|21 RJ Rio de Janeiro|22 RN Rio Grande do Norte|23 RS Rio Grande do Sul|"
          "24 RO Rondônia|25 RR Roraima|26 SC Santa Catarina|27 SP São Paulo|28 SE Sergipe|29 GO Goiás|30 PE Pernambuco|31 TO Tocantins",
}
ALTERNATE_FROM = 50_000  # inhabitants from which other names of a town are kept


def distance_km(a, b):
    (lat1, lon1), (lat2, lon2) = [(math.radians(x), math.radians(y)) for x, y in (a, b)]
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0088 * math.asin(min(1.0, math.sqrt(h)))


def plain(name):
    """Two names with the same plain form are one name for the program, see `names::key` in src/io/gazetteer."""
    text = name.lower().translate(str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ı": "i"}))
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = re.sub(r"[^a-z0-9]+", " ", re.sub("['’`ʼ]", "", text)).strip()
    return re.sub("(?<=[aou])e|(?<=a)a", "", text)


def rounded(population):
    """Two digits are enough to tell a city from a village of its name."""
    number = int(float(population or 0))
    step = 10 ** max(0, len(str(number)) - 2)
    return str(number // step * step)


def pack(path, lines):
    Path(path).write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0))
    print(f"{path}: {len(lines)} lines, {Path(path).stat().st_size} bytes")


def polygons(topology):
    """(country of three letters, name, box, rings) of every region."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    for shape in topology["objects"]["admin1"]["geometries"]:
        parts = {"Polygon": lambda a: [a], "MultiPolygon": lambda a: a}.get(shape.get("type"), lambda a: [])(shape.get("arcs"))
        rings = []
        for part in parts:
            for ring in part:
                points = []
                for arc in ring:
                    points += arcs[arc] if arc >= 0 else arcs[~arc][::-1]
                rings.append(points)
        if rings:
            xs, ys = [p[0] for r in rings for p in r], [p[1] for r in rings for p in r]
            yield shape["properties"]["adm0_a3"], shape["properties"].get("name") or "", (min(xs), min(ys), max(xs), max(ys)), rings


def inside(rings, x, y):
    odd = False
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1]):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                odd = not odd
    return odd


def main(ship, cities_json, regions_csv, out):
    ship, out = Path(ship), Path(out)
    towns = list(csv.DictReader(gzip.open(ship / "postal/world_cities_1000.csv.gz", "rt", encoding="utf-8")))
    towns.sort(key=lambda t: (t["country"], t["admin1"], t["name"], t["geonameid"]))
    others = json.load(open(cities_json, encoding="utf-8"))
    countries = list(csv.DictReader(open(ship / "world/countries.csv", encoding="utf-8")))

    # Names of regions: by the towns that a second extract of the same gazetteer puts into them, and by the shapes they lie in.
    votes = collections.defaultdict(collections.Counter)
    near = collections.defaultdict(list)
    for row in csv.DictReader(open(regions_csv, encoding="utf-8")):
        near[row["cc"], plain(row["name"])].append((float(row["lat"]), float(row["lon"]), row["admin1"]))
    for town in towns:
        for lat, lon, region in near.get((town["country"], plain(town["name"])), []):
            if region and distance_km((lat, lon), (float(town["lat"]), float(town["lon"]))) < 5:
                votes[town["country"], town["admin1"]][region] += 1
    shapes = collections.defaultdict(list)
    for iso3, name, box, rings in polygons(json.load(gzip.open(ship / "world/admin1_world.topojson.gz"))):
        shapes[iso3].append((name, box, rings))
    iso3_of = {c["iso2"]: c["iso3"] for c in countries}
    in_shape = collections.defaultdict(collections.Counter)
    for town in towns:
        x, y = float(town["lon"]), float(town["lat"])
        for name, box, rings in shapes.get(iso3_of.get(town["country"], ""), []):
            if name and box[0] <= x <= box[2] and box[1] <= y <= box[3] and inside(rings, x, y):
                in_shape[town["country"], town["admin1"]][name] += 1
                break
    members = collections.defaultdict(list)
    for town in towns:
        members[town["country"], town["admin1"]].append((float(town["lat"]), float(town["lon"])))
    # A shape names a region when nearly all towns of each lie in the other.
    in_name = collections.Counter()
    for (country, _), names in in_shape.items():
        for name, count in names.items():
            in_name[country, name] += count
    lines = []
    by_hand = {(country, entry.split(" ", 1)[0]): entry.split(" ", 1)[1].replace(" ", ",", 1)
               for country, text in REGION_NAMES.items() for entry in text.split("|")}
    for country in sorted(countries, key=lambda c: c["iso2"]):
        names = [country["iso2"], country["iso3"], country["name"], *COUNTRY_NAMES.get(country["iso2"], "").split("|")]
        lines.append("\t".join(["C", country["iso2"], "|".join(dict.fromkeys(n for n in names if n))]))
        for (code, region), points in sorted(members.items()):
            if code != country["iso2"] or not region:
                continue
            names = []
            hand = by_hand.get((code, region))
            if hand:
                names += [name.strip() for name in hand.split(",")]
            for name, count in votes[code, region].most_common(1):
                names.append(name)
            for name, count in in_shape[code, region].most_common(1):
                if count > 0.8 * in_name[code, name] and count > 0.8 * sum(in_shape[code, region].values()):
                    names.append(name)
            if (code, region) == ("US", "DC"):
                # Most of its towns by name are Maryland's.
                names = ["District of Columbia", "D.C.", "Washington DC"]
            if not region.isdigit():
                names.insert(0, region)
            kept = list({plain(n) or n: n for n in reversed(names)}.values())[::-1]
            # The centre: the mean of its towns; the radius: as far as nine of ten of them.
            lat, lon = (sum(p[i] for p in points) / len(points) for i in (0, 1))
            radius = sorted(distance_km((lat, lon), p) for p in points)[(9 * len(points) - 1) // 10]
            lines.append("\t".join(["R", region, "|".join(kept), f"{lat:.2f}", f"{lon:.2f}", f"{max(radius, 1):.0f}"]))
    pack(out / "regions.tsv.gz", lines)

    # Towns in columns, which pack to less: per region a heading, then one line per town in each block.
    keys, names, lats, lons, people, alternates = [], [], [], [], [], []
    last = None
    for nth, town in enumerate(towns):
        key = (town["country"], town["admin1"])
        if key != last:
            keys.append(f"{nth}\t{key[0]}\t{key[1]}")
            last = key
        names.append(town["name"])
        lats.append(f"{float(town['lat']):.2f}")
        lons.append(f"{float(town['lon']):.2f}")
        people.append(rounded(town["population"]))
        if int(float(town["population"] or 0)) >= ALTERNATE_FROM:
            seen, kept = {plain(town["name"])}, []
            for name in others.get(town["geonameid"], {}).get("alternatenames", []):
                form = plain(name)
                latin = re.fullmatch(r"[A-Za-zÀ-ɏḀ-ỿ' .\-]{3,30}", name) and not name.isupper()
                if latin and len(form) > 2 and form not in seen:
                    seen.add(form)
                    kept.append(name)
            if kept:
                alternates.append(f"{nth}\t" + "|".join(kept))
    blocks = [keys, names, lats, lons, people, alternates]
    pack(out / "towns.tsv.gz", [line for block in blocks for line in [f"= {len(block)}", *block]])

    counties = csv.DictReader(open(ship / "us/county_table.csv", encoding="utf-8"))
    pack(out / "us_counties.tsv.gz", sorted(
        "\t".join([c["stusps"], c["name"], c["namelsad"], f"{float(c['lat']):.3f}", f"{float(c['lon']):.3f}",
                   f"{math.sqrt(float(c['area_km2']) / math.pi):.1f}"]) for c in counties))

    # Postal codes: the radius is that of a circle in a lattice of the codes around.
    codes = collections.defaultdict(list)
    for row in csv.DictReader(gzip.open(ship / "postal/world_postal_codes_odbl.csv.gz", "rt", encoding="utf-8")):
        codes[row["country"]].append((row["postal_code"].replace(" ", "").upper(), float(row["lat"]), float(row["lon"])))
    lines = []
    for country in sorted(codes):
        rows = sorted({code: (code, lat, lon) for code, lat, lon in reversed(codes[country])}.values())
        lines.append(f"#{country}")
        cells = collections.defaultdict(list)
        for code, lat, lon in rows:
            cells[int(lat), int(lon)].append((lat, lon))
        for code, lat, lon in rows:
            around = [p for a in (-1, 0, 1) for b in (-1, 0, 1) for p in cells[int(lat) + a, int(lon) + b]]
            gaps = sorted(d for d in (distance_km((lat, lon), p) for p in around) if d > 0.05)[:3]
            radius = 0.56 * sum(gaps) / len(gaps) if gaps else 50.0
            lines.append(f"{code}\t{lat:.3f}\t{lon:.3f}\t{max(radius, 0.3):.1f}")
    pack(out / "odbl/world_postal_codes.tsv.gz", lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
