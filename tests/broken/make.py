#!/usr/bin/env python3
"""Makes the broken files of this folder anew: make.py BAILIWICK, the headless program, for the projects among them.

Every file is one way in which a file can be broken or hostile; none is larger than 20 kB. What the program must say of a file stands
beside it in FILE.said, which tests/it/headless/broken.rs compares (and writes when UPDATE_BROKEN is set).
"""
import gzip
import io
import json
import os
import pathlib
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).parent


def put(name, contents):
    path = HERE / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(contents.encode() if isinstance(contents, str) else contents)
    assert path.stat().st_size <= 20_000, f"{name}: {path.stat().st_size} bytes"


def square(x, y, size=0.1):
    return [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]


def feature(code, rings, **more):
    return {"type": "Feature", "properties": {"ZIP": code, **more}, "geometry": {"type": "Polygon", "coordinates": rings}}


def collection(*features):
    return {"type": "FeatureCollection", "features": list(features)}


GOOD = feature("43000", [square(-83, 40)], NAME="Good")


def geojson(name, *features):
    put(f"units/{name}.geojson", json.dumps(collection(GOOD, *features)))


# GeoJSON -----------------------------------------------------------------------------------------------------------------------------
whole = json.dumps(collection(GOOD, feature("43001", [square(-82.9, 40)])))
put("units/empty.geojson", "")
put("units/cut_off.geojson", whole[: len(whole) * 2 // 3])
put("units/no_json.geojson", "ZIP,NAME\n43000,Good\n")
put("units/no_features.geojson", json.dumps(collection()))
put("units/another_document.geojson", json.dumps({"type": "Style", "layers": []}))
put("units/points.geojson", json.dumps(collection({"type": "Feature", "properties": {"ZIP": "1"}, "geometry": {"type": "Point", "coordinates": [1, 2]}})))
put("units/nan.geojson", whole.replace("-82.9", "NaN"))
put("units/too_large_numbers.geojson", whole.replace("-82.9", "1e999"))
put("units/deep_lists.geojson", '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Polygon","coordinates":' + "[" * 9000 + "]" * 9000 + "}}]}")
put("units/deep_properties.geojson", '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":' + '{"a":' * 1500 + "1" + "}" * 1500 + '},"geometry":null}]}')
put("units/utf16.geojson", whole.encode("utf-16"))
put("units/wrong_encoding.geojson", whole.replace("Good", "G\u00f6\u00f6d").encode("latin-1"))
put("units/key_twice.geojson", whole.replace('"ZIP": "43001"', '"ZIP": "43001", "ZIP": "43000"'))
geojson("crosses_itself", feature("43001", [[[-82.9, 40], [-82.8, 40.1], [-82.8, 40], [-82.9, 40.1], [-82.9, 40]]]))
geojson("two_places", feature("43001", [[[-82.9, 40], [-82.8, 40]]]))
geojson("all_one_place", feature("43001", [[[-82.9, 40]] * 50]))
geojson("not_closed", feature("43001", [square(-82.9, 40)[:-1]]))
geojson("hole_outside", feature("43001", [square(-82.9, 40), square(10, 10)]))
geojson("hole_larger", feature("43001", [square(-82.9, 40), square(-82.95, 39.95, 0.3)]))
geojson("on_each_other", feature("43001", [square(-83, 40)]))
geojson("codes_twice", feature("43000", [square(-82.9, 40)]))
geojson("no_code", feature("", [square(-82.9, 40)]))
geojson("off_the_globe", feature("43001", [square(-82.9, 400)]))
geojson("metres", feature("43001", [square(-9228000, 4865000, 10000)]))
geojson("words_for_places", feature("43001", [[["a", "b"], [None, 1], {}, [1], []]]))
geojson("no_geometry", {"type": "Feature", "properties": {"ZIP": "43001"}, "geometry": None})
geojson("names_of_code", feature("'; DROP TABLE plan; --", [square(-82.9, 40)], NAME="<script>alert(1)</script>"), feature("=1+1", [square(-82.8, 40)], NAME="../../etc/passwd\u0000\u202e"))
geojson("unknown_crs", GOOD)
put("units/unknown_crs.geojson", json.dumps({**collection(GOOD), "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::999999"}}}))
put("units/spiral.geojson", json.dumps(collection(GOOD, feature("43001", [[[round(-82 + 1e-4 * i * (1 if i % 2 else -1), 5), round(40 + 1e-4 * i, 5)] for i in range(700)]]))))
put("units/bomb.geojson.gz", gzip.compress(b'{"type":"FeatureCollection","features":[' + b" " * 15_000_000, 9, mtime=0))
put("units/cut_off.geojson.gz", gzip.compress(whole.encode(), 9, mtime=0)[:-40])

# TopoJSON ----------------------------------------------------------------------------------------------------------------------------
TOPOLOGY = {
    "type": "Topology",
    "arcs": [[[-83, 40], [0.1, 0], [0, 0.1], [-0.1, 0], [0, -0.1]]],
    "transform": {"scale": [1, 1], "translate": [0, 0]},
    "objects": {"zip": {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "arcs": [[0]], "properties": {"ZIP": "43000"}}]}},
}


def topojson(name, change):
    topology = json.loads(json.dumps(TOPOLOGY))
    change(topology)
    put(f"units/{name}.topojson", json.dumps(topology))


def nested(depth):
    inner = {"type": "Polygon", "arcs": [[0]], "properties": {"ZIP": "1"}}
    for _ in range(depth):
        inner = {"type": "GeometryCollection", "geometries": [inner]}
    return inner


sys.setrecursionlimit(10_000)
geometry = lambda topology: topology["objects"]["zip"]["geometries"][0]
topojson("arc_missing", lambda t: geometry(t).update(arcs=[[7]]))
topojson("arc_far_behind", lambda t: geometry(t).update(arcs=[[-2147483648, 9223372036854775807, 1.5, "x"]]))
topojson("scale_zero", lambda t: t["transform"].update(scale=[0, 0]))
topojson("scale_of_words", lambda t: t["transform"].update(scale=["a", None]))
topojson("adds_up_to_infinity", lambda t: t.update(arcs=[[[1e308, 1e308]] * 9]))
topojson("same_arc_a_thousand_times", lambda t: geometry(t).update(arcs=[[0] * 1000]))
topojson("deep_collections", lambda t: t["objects"].update(zip=nested(100)))
topojson("no_arcs", lambda t: t.update(arcs=[]))


# Shapefile ---------------------------------------------------------------------------------------------------------------------------
def shp(records, length=None, kind=5):
    body = b"".join(struct.pack(">ii", n + 1, len(r) // 2) + r for n, r in enumerate(records))
    length = (100 + len(body)) // 2 if length is None else length
    return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, length) + struct.pack("<ii8d", 1000, kind, -180, -90, 180, 90, 0, 0, 0, 0) + body


def polygon(rings, parts=None, points=None, part_count=None):
    places = [place for ring in rings for place in ring]
    starts, at = [], 0
    for ring in rings:
        starts.append(at)
        at += len(ring)
    starts = parts or starts
    head = struct.pack("<i4dii", 5, -83, 40, -82, 41, len(starts) if part_count is None else part_count, len(places) if points is None else points)
    return head + struct.pack(f"<{len(starts)}i", *starts) + b"".join(struct.pack("<dd", *place) for place in places)


def dbf(rows, count=None, header=None, width=5):
    fields = struct.pack("<11sc4xBB14x", b"ZIP", b"C", width, 0)
    count = len(rows) if count is None else count
    header = 32 + len(fields) + 1 if header is None else header
    head = struct.pack("<BBBBIHH20x", 3, 126, 1, 1, count, header, 1 + width)
    return head + fields + b"\r" + b"".join(b" " + row.encode().ljust(width) for row in rows) + b"\x1a"


PRJ = 'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]]'
CLOCKWISE = square(-83, 40)[::-1]
SECOND = square(-82.9, 40)[::-1]


def shapefile(name, records, table=None, prj=PRJ, length=None, cut=None, kind=5):
    body = shp(records, length, kind)
    put(f"units/{name}.shp", body[:cut] if cut else body)
    if table is not False:
        put(f"units/{name}.dbf", dbf([str(43000 + n) for n in range(len(records))]) if table is None else table)
    if prj:
        put(f"units/{name}.prj", prj)


TWO = [polygon([CLOCKWISE]), polygon([SECOND])]
shapefile("shp_cut_off", TWO, cut=300)
shapefile("shp_header_only", [], cut=100)
shapefile("shp_too_short", TWO, cut=60)
shapefile("shp_length_lies", TWO, length=0x7FFFFFFF)
shapefile("shp_length_too_small", TWO, length=50)
shapefile("shp_places_lie", [TWO[0], polygon([SECOND], points=0x7FFFFFFF)])
shapefile("shp_places_negative", [TWO[0], polygon([SECOND], points=-5)])
shapefile("shp_parts_lie", [TWO[0], polygon([SECOND], part_count=0x7FFFFFFF)])
shapefile("shp_parts_outside", [TWO[0], polygon([SECOND], parts=[900])])
shapefile("shp_parts_backwards", [TWO[0], polygon([SECOND, CLOCKWISE], parts=[5, 0])])
shapefile("shp_parts_negative", [TWO[0], polygon([SECOND], parts=[-1])])
shapefile("shp_nan", [TWO[0], polygon([[(float("nan"), float("inf"))] * 5])])
shapefile("shp_points", [struct.pack("<idd", 1, -83, 40)], kind=1)
shapefile("shp_no_table", TWO, table=False)
shapefile("dbf_empty", TWO, table=b"")
shapefile("dbf_count_lies", TWO, table=dbf(["43000", "43001"], count=0xFFFFFFFF))
shapefile("dbf_one_row_less", TWO, table=dbf(["43000"]))
shapefile("dbf_header_lies", TWO, table=dbf(["43000", "43001"], header=0xFFFF))
shapefile("dbf_width_zero", TWO, table=dbf(["", ""], width=0))
shapefile("dbf_cut_off", TWO, table=dbf(["43000", "43001"])[:70])
shapefile("prj_nonsense", TWO, prj="this is not a coordinate system")
shapefile("prj_deep", TWO, prj='GEOGCS["a",' + "DATUM[" * 3000)
shapefile("prj_no_numbers", TWO, prj='PROJCS["x",GEOGCS["y",DATUM["z",SPHEROID["s",0,0]]],PROJECTION["Transverse_Mercator"],UNIT["Meter",0]]')
shapefile("no_prj_but_metres", [polygon([[(x * 100_000, y * 100_000) for x, y in CLOCKWISE]])], prj=None)


# Archives ----------------------------------------------------------------------------------------------------------------------------
def archive(name, entries, compress=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compress) as made:
        for entry, contents in entries:
            information = zipfile.ZipInfo(entry, (2026, 1, 1, 0, 0, 0)) if isinstance(entry, str) else entry
            information.compress_type = compress
            made.writestr(information, contents)
    put(name, buffer.getvalue())
    return buffer.getvalue()


link = zipfile.ZipInfo("link.geojson", (2026, 1, 1, 0, 0, 0))
link.create_system, link.external_attr = 3, 0o120777 << 16
archive("units/traversal.zip", [("../../outside.geojson", whole), ("/etc/outside.geojson", whole)])
archive("units/symbolic_link.zip", [(link, "/etc/passwd")])
archive("units/bomb.zip", [("bomb.geojson", b'{"type":"FeatureCollection","features":[' + b" " * 12_000_000)])
archive("units/nothing_in_it.zip", [])
archive("units/nothing_to_read.zip", [("readme.txt", "hello")])
archive("units/archive_in_archive.zip", [("inner.zip", archive("units/two_layers.zip", [("a.geojson", whole), ("b.geojson", whole)]))])
sound = archive("units/cut_off.zip", [("a.geojson", whole)])
put("units/cut_off.zip", sound[: len(sound) - 30])
lying = bytearray(sound)
at = lying.rfind(b"PK\x01\x02")
lying[at + 24 : at + 28] = struct.pack("<I", 10)
put("units/size_lies.zip", bytes(lying))
flagged = bytearray(sound)
for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
    at = flagged.find(mark)
    flagged[at + offset] |= 1
put("units/encrypted.zip", bytes(flagged))

# KML ---------------------------------------------------------------------------------------------------------------------------------
LAUGHS = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(12)
) + "]><kml><Document><name>&m;</name></Document></kml>"
put("units/entities.kml", LAUGHS)
put("units/outside_entity.kml", '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><Placemark><name>&x;</name></Placemark></kml>')
put("units/deep.kml", "<kml>" + "<Folder>" * 2000)
put("units/cut_off.kml", "<kml><Placemark><name>a</name><Polygon><outerBoundaryIs><LinearRing><coordinates>-83,40 -82.9,40")
put("units/words_for_places.kml", "<kml><Placemark><name>43001</name><Polygon><outerBoundaryIs><LinearRing><coordinates>a,b nan,inf 1e999,2 3</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>")

# Tables ------------------------------------------------------------------------------------------------------------------------------
HEADER = "Account ID,Name,Latitude,Longitude,Revenue\n"
ROW = "{},{},40.05,-82.95,{}\n"
put("accounts/empty.csv", "")
put("accounts/blank_lines.csv", "\n\n \n")
put("accounts/header_only.csv", HEADER)
put("accounts/one_word.csv", "hello")
put("accounts/binary.csv", bytes((n * 7919 % 251) for n in range(4000)))
put("accounts/zero_bytes.csv", HEADER.encode() + b"C1,a\0b,40.05,-82.95,1\nC2\0,c,40.05,-82.95,2\n")
put("accounts/utf16_without_mark.csv", (HEADER + ROW.format("C1", "Bär", 1)).encode("utf-16-le"))
put("accounts/utf16_odd_byte.csv", (HEADER + ROW.format("C1", "Bär", 1)).encode("utf-16") + b"x")
put("accounts/one_wrong_byte.csv", (HEADER + ROW.format("C1", "Bär", 1)).encode() + b"C2,B\xe4r,40.05,-82.95,2\n")
put("accounts/windows_1252.csv", (HEADER + ROW.format("C1", "Bär €", 1)).encode("cp1252"))
put("accounts/quote_not_closed.csv", HEADER + 'C1,"a,40.05,-82.95,1\n' + "".join(ROW.format(f"C{n}", "b", n) for n in range(2, 300)))
put("accounts/ragged.csv", HEADER + "C1,a\nC2,b,40.05,-82.95,1,2,3\nC3,c,40.05,-82.95,x,\n" + ROW.format("C4", "d", 4))
put("accounts/same_header_twice.csv", "Account ID,Name,Name,Name,Latitude,Longitude\nC1,a,b,c,40.05,-82.95\n")
put("accounts/codes_twice.csv", HEADER + ROW.format("C1", "a", 1) * 3)
put("accounts/no_codes.csv", HEADER + ROW.format("", "a", 1))
put("accounts/no_numbers.csv", HEADER + "".join(ROW.format(f"C{n}", "a", word) for n, word in enumerate(["NaN", "inf", "-Infinity", "1e999", "1e-999", "0x10", "1_000", "--1", "1.2.3", "٣"])))
put("accounts/no_places.csv", HEADER + "".join(f"C{n},a,{lat},{lon},1\n" for n, (lat, lon) in enumerate([("91", "0"), ("-82.95", "40.05"), ("nan", "nan"), ("0", "0"), ("40.05", ""), ("1e999", "-1e999"), ("40,05", "-82,95")])))
put("accounts/code_in_names.csv", HEADER + "\"'; DROP TABLE account; --\",<script>alert(1)</script>,40.05,-82.95,1\n=1+1,\"=cmd|' /C calc'!A0\",40.05,-82.95,2\n@SUM(1),+1,40.05,-82.95,3\n../../etc/passwd,\u202eevil\u0007,40.05,-82.95,4\n")
put("accounts/code_in_headers.csv", "Account ID,\"a\"\"; DROP TABLE plan; --\",<b>x</b>,Latitude,Longitude,=1+1\nC1,a,b,40.05,-82.95,1\n")
put("accounts/long_cell.csv", HEADER + ROW.format("C1", "x" * 15_000, 1))
put("accounts/many_columns.csv", ",".join(f"c{n}" for n in range(1_950)) + "\n" + ",".join("1" for _ in range(1_950)) + "\n")
put("accounts/line_ends_of_old.csv", (HEADER + ROW.format("C1", "a", 1)).replace("\n", "\r"))
put("accounts/only_separators.csv", ",,,,\n" * 500)
put("accounts/only_quotes.csv", '"' * 5_001)
put("accounts/bomb.csv.gz", gzip.compress(HEADER.encode() + b"C1,a,40.05,-82.95,1\n" + b"\n" * 15_000_000, 9, mtime=0))
put("accounts/no_gzip.csv.gz", HEADER)
put("alignment/unknown_codes.csv", "ZIP,Territory\n99999,North\n43000,North\n")
put("alignment/nothing_fits.csv", "ZIP,Territory\n99999,North\n99998,South\n")
put("alignment/contradicts_itself.csv", "ZIP,Territory\n43000,North\n43000,South\n43001,\n")
put("alignment/two_districts.csv", "ZIP,Territory,District\n43000,North,East\n43001,North,West\n")
put("alignment/no_territory.csv", "ZIP,Colour\n43000,red\n")
put("alignment/code_in_names.csv", "ZIP,Territory\n43000,\"=HYPERLINK(\"\"http://x\"\")\"\n43001,<img src=x onerror=y>\n43002,'; DELETE FROM plan; --\n")
put("reps/codes_twice.csv", "Rep,Name,Town,State\n1,Anna,Columbus,OH\n1,Ben,Dayton,OH\n")
put("reps/no_numbers.csv", "Rep,Name,Hours per year,Latitude,Longitude\n1,Anna,NaN,400,x\n2,Ben,-5,40,-83\n")
put("reps/empty.csv", "")


# Workbooks ---------------------------------------------------------------------------------------------------------------------------
def workbook(name, sheet, strings=None, more=()):
    parts = [
        ("[Content_Types].xml", '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'),
        ("_rels/.rels", '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'),
        ("xl/workbook.xml", '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Accounts" sheetId="1" r:id="r1"/></sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'),
        ("xl/worksheets/sheet1.xml", sheet),
    ]
    if strings:
        parts.append(("xl/sharedStrings.xml", strings))
    return archive(name, parts + list(more))


def sheet(rows, before="", dimension="A1:E3"):
    cells = "".join(f'<row r="{n + 1}">' + "".join(f'<c r="{chr(65 + m)}{n + 1}" t="inlineStr"><is><t>{value}</t></is></c>' for m, value in enumerate(row)) + "</row>" for n, row in enumerate(rows))
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="{dimension}"/><sheetData>{cells}</sheetData></worksheet>'


ROWS = [["Account ID", "Name", "Latitude", "Longitude", "Revenue"], ["C1", "a", "40.05", "-82.95", "1"]]
whole_workbook = workbook("accounts/dimension_lies.xlsx", sheet(ROWS, dimension="A1:XFD1048576"))
put("accounts/cut_off.xlsx", whole_workbook[: len(whole_workbook) // 2])
workbook("accounts/far_cell.xlsx", sheet(ROWS).replace('<c r="E2"', '<c r="XFD1048576"'))
workbook("accounts/absurd_cell.xlsx", sheet(ROWS).replace('<c r="E2"', '<c r="ZZZZZZ99999999999"'))
workbook("accounts/entities.xlsx", sheet(ROWS, before=LAUGHS.split("?>")[1].split("]>")[0] + "]>").replace(">a<", ">&amp;m;<"))
workbook("accounts/bomb.xlsx", sheet(ROWS).replace("</sheetData>", " " * 12_000_000 + "</sheetData>"))
workbook("accounts/string_missing.xlsx", sheet(ROWS).replace('t="inlineStr"><is><t>a</t></is>', 't="s"><v>999999</v>'))
workbook("accounts/formulas.xlsx", sheet(ROWS).replace('t="inlineStr"><is><t>1</t></is>', '><f>SUM(1,1)</f><v>2</v>'))
workbook("accounts/not_xml.xlsx", "this is no sheet")
put("accounts/no_workbook.xlsx", "Account ID,Name\n")
archive("accounts/empty_archive.xlsx", [])
put("accounts/no_workbook.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600)
archive("accounts/entities.ods", [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", LAUGHS)])
archive("accounts/repeated_rows.ods", [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="A"><table:table-row table:number-rows-repeated="1000000000"><table:table-cell table:number-columns-repeated="1000000000" office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>')])


# Files whose harm is in how little they take for how much they hold ------------------------------------------------------------------
def zipped(name, contents):
    put(f"{name}.gz", gzip.compress(contents.encode(), 9, mtime=0))


zipped("units/five_thousand_columns.geojson", json.dumps(collection(feature("43000", [square(-83, 40)], **{f"c{n}": 1 for n in range(5_000)}))))
zipped("units/features_without_anything.geojson", '{"type":"FeatureCollection","features":[' + "{}," * 1_500_000 + "{}]}")
zipped("units/lists_without_anything.geojson", '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Polygon","coordinates":[' + "[[]]," * 1_000_000 + "[]]}}]}")
zipped("units/a_problem_in_every_feature.geojson", '{"type":"FeatureCollection","features":[' + '{"type":"Feature","geometry":null},' * 30_000 + json.dumps(GOOD) + "]}")
zipped("accounts/one_name_for_all_columns.csv", ",".join(["a"] * 1_500) + "\n" + ",".join(["1"] * 1_500) + "\n")
zipped("accounts/a_cell_of_megabytes.csv", HEADER + ROW.format("C1", "x" * 3_000_000, 1))
put("units/two_outsides.kml", "<kml><Placemark><name>43001</name><Polygon>" + "<outerBoundaryIs><LinearRing><coordinates>-83,40 -82.9,40 -82.9,40.1 -83,40</coordinates></LinearRing></outerBoundaryIs>" * 3 + "</Polygon></Placemark></kml>")
put("units/numbers_too_large.kml", "<kml><Placemark><name>43001</name><Polygon><outerBoundaryIs><LinearRing><coordinates>1e308,40 -82.9,1e308 nan,40 inf,-inf</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>")
put("units/attribute_twice.kml", '<kml><Placemark id="a" id="b"><name>43001</name></Placemark></kml>')


# GeoPackage: a file from outside has any schema ----------------------------------------------------------------------------------------
SCHEMA = """PRAGMA page_size = 512;
CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, identifier TEXT, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER);
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER, definition TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, '');
CREATE TABLE areas (fid INTEGER PRIMARY KEY, geom BLOB, ZIP TEXT);
INSERT INTO gpkg_contents VALUES ('areas', 'features', 'areas', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('areas', 'geom', 'GEOMETRY', 4326, 0, 0);
"""


def wkb(kind, count, *rest):
    return struct.pack("<BII", 1, kind, count) + b"".join(rest)


def in_geopackage(geometry):
    return b"GP\0\1" + struct.pack("<i", 4326) + geometry


def corners(*numbers):
    return struct.pack("<I", len(numbers) // 2) + struct.pack(f"<{len(numbers)}d", *numbers)


SOUND = in_geopackage(wkb(3, 1, corners(-83, 40, -82.9, 40, -82.9, 40.1, -83, 40)))
GEOMETRIES = {
    "nested": in_geopackage(wkb(7, 1) * 100),
    "more_rings_than_bytes": in_geopackage(wkb(3, 0x7FFFFFFF, struct.pack("<I", 0x7FFFFFFF))),
    "not_a_number": in_geopackage(wkb(3, 1, corners(float("nan"), 40, float("inf"), 40, 1e308, 40.1, -83, 40))),
    "cut_off": SOUND[:-5],
    "not_geopackage": b"\0" * 30,
    "curve": in_geopackage(wkb(10, 1)),
    "empty": b"GP\0\x11" + struct.pack("<i", 4326),
    "nothing": None,
}


def geopackage(name, sql, *blobs):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "a.gpkg"
        connection = sqlite3.connect(path, isolation_level=None)
        connection.executescript(SCHEMA + sql)
        for number, blob in enumerate(blobs):
            connection.execute("INSERT INTO areas (geom, ZIP) VALUES (?, ?)", [blob, str(43000 + number)])
        connection.close()
        put(f"units/{name}.gpkg", path.read_bytes())


geopackage("wrong_geometries", "", SOUND, *GEOMETRIES.values())
geopackage("query_for_a_table", "DROP TABLE areas; CREATE VIEW areas AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid, x'00' AS geom, 'a' AS ZIP FROM n")
geopackage("computed_column", "ALTER TABLE areas ADD COLUMN evil GENERATED ALWAYS AS (upper(ZIP)) VIRTUAL", SOUND)
geopackage("computed_list", "ALTER TABLE gpkg_contents DROP COLUMN identifier; ALTER TABLE gpkg_contents ADD COLUMN identifier GENERATED ALWAYS AS (upper(srs_id)) VIRTUAL", SOUND)
geopackage("search_index_for_a_table", "DROP TABLE areas; CREATE VIRTUAL TABLE areas USING rtree(fid, a, b)")
geopackage("trigger", "CREATE TRIGGER evil AFTER INSERT ON areas BEGIN SELECT 1; END", SOUND)
geopackage("no_layer", "DELETE FROM gpkg_contents")
geopackage("layer_is_missing", "DROP TABLE areas")
geopackage("names_of_code", "UPDATE gpkg_contents SET table_name = 'a\"; DROP TABLE areas; --'; UPDATE gpkg_geometry_columns SET table_name = 'a\"; DROP TABLE areas; --'; ALTER TABLE areas RENAME TO \"a\"\"; DROP TABLE areas; --\"")
put("units/text.gpkg", "Dear Sir or Madam")


# Projects ----------------------------------------------------------------------------------------------------------------------------
def project(program):
    """A project of four units as bytes, in small pages."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        cells = [feature(str(43000 + n), [square(-83 + n / 10, 40)], POP=100) for n in range(4)]
        (folder / "units.geojson").write_text(json.dumps(collection(*cells)))
        (folder / "accounts.csv").write_text(HEADER + "".join(f"C{n},Name {n},40.05,{-82.95 + n / 10},{n}\n" for n in range(4)))
        (folder / "alignment.csv").write_text("ZIP,Territory,District\n43000,North,East\n43001,North,East\n43002,South,East\n")
        for words in (["new", "plan.bwk"], ["import", "units", "plan.bwk", "units.geojson"], ["import", "accounts", "plan.bwk", "accounts.csv"], ["import", "alignment", "plan.bwk", "alignment.csv"]):
            subprocess.run([program, *words], cwd=folder, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "USER": "anna"})
        connection = sqlite3.connect(folder / "plan.bwk", isolation_level=None)
        connection.executescript("PRAGMA page_size = 512; VACUUM; UPDATE project SET created_at = '2026-01-01T00:00:00Z'; UPDATE journal SET at = '2026-01-01T00:00:00Z'")
        connection.close()
        return (folder / "plan.bwk").read_bytes()


def projects(program):
    whole = project(program)

    def changed(name, sql):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "plan.bwk"
            path.write_bytes(whole)
            connection = sqlite3.connect(path, isolation_level=None)
            connection.executescript(f"PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON; {sql}")
            connection.close()
            packed(name, path.read_bytes())

    def packed(name, contents):
        put(f"projects/{name}.bwk.gz", gzip.compress(contents, 9, mtime=0))

    def root(table):
        """The first byte of the first page of a table."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "plan.bwk"
            path.write_bytes(whole)
            page = sqlite3.connect(path).execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", [table]).fetchone()[0]
            return (page - 1) * 512

    def without_page(name, table):
        at = root(table)
        packed(name, whole[:at] + b"\xa5" * 512 + whole[at + 512 :])

    packed("sound", whole)
    packed("cut_off", whole[: len(whole) * 9 // 10])
    packed("cut_in_half", whole[: len(whole) // 2])
    packed("first_bytes_only", whole[:50])
    put("projects/text.bwk", "Dear Sir or Madam")
    put("projects/empty.bwk", "")
    for table in ("unit", "account", "assignment", "territory", "topology", "account_data", "plan", "journal"):
        without_page(f"page_of_{table}", table)
    def without_pages(name, pages, filling=b"\0", contents=whole):
        size = int.from_bytes(contents[16:18], "big")
        contents = bytearray(contents)
        for page in pages:
            contents[(page - 1) * size : page * size] = filling * size
        packed(name, bytes(contents))

    without_pages("first_page", [1])
    without_pages("first_page_of_words", [1], b"x")
    without_pages("every_page_of_the_list_of_tables", list_of_tables(whole))
    without_pages("nothing_but_zeros", range(1, len(whole) // 512 + 1))
    packed("list_of_tables", whole[:100] + b"\xa5" * 412 + whole[512:])
    changed("of_another_program", "PRAGMA application_id = 0")
    changed("from_the_future", "PRAGMA user_version = 77")
    changed("version_minus_one", "PRAGMA user_version = -1")
    changed("version_one_lies", "PRAGMA user_version = 1")
    changed("table_missing", "DROP TABLE journal")
    changed("view_for_table", "DROP TABLE problem; CREATE VIEW problem AS SELECT * FROM journal")
    changed("trigger", "CREATE TRIGGER evil AFTER INSERT ON journal BEGIN DELETE FROM account; END")
    changed("view_that_never_ends", "DROP VIEW v_unit; CREATE VIEW v_unit AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n")
    changed("virtual_table", "DROP TABLE problem; CREATE VIRTUAL TABLE problem USING fts5(a)" if fts5() else "DROP TABLE problem")
    changed("index_on_a_function", "CREATE INDEX evil ON account (abs(id)); UPDATE sqlite_schema SET sql = 'CREATE INDEX evil ON account (load_extension(name))' WHERE name = 'evil'")
    changed("default_of_a_function", "UPDATE sqlite_schema SET sql = replace(sql, 'name TEXT NOT NULL', 'name TEXT NOT NULL DEFAULT (load_extension(1))') WHERE name = 'plan'")
    changed("group_above_itself", "UPDATE territory_group SET parent = id")
    changed("level_that_cannot_be", "UPDATE territory_group SET level = 300")
    changed("territory_that_is_not_there", "UPDATE assignment SET territory = 4000 WHERE unit = 1")
    changed("ids_out_of_range", "UPDATE assignment SET unit = 9223372036854775807 WHERE unit = 1; UPDATE account SET id = -5 WHERE id = 1")
    changed("unit_far_away", "UPDATE unit SET id = 4000000000 WHERE id = 3")
    changed("places_that_cannot_be", "UPDATE account SET lon = 9e999, lat = -9e999; UPDATE unit SET lon = 9e999 WHERE id = 1")
    changed("values_of_other_types", "UPDATE account_data SET Revenue = 'lots'; UPDATE account SET code = x'00ff', name = 5; UPDATE goal SET tolerance = 'x'; UPDATE plan SET generation = 'x', applied = 1e30")
    changed("large_blob", "UPDATE topology SET value = zeroblob(1000000) WHERE name = 'points'")
    changed("long_name", "UPDATE project SET name = hex(zeroblob(500000))")
    changed("code_in_names", "UPDATE project SET name = '<script>' || char(27) || '[31m'; UPDATE plan SET name = '''; DROP TABLE plan; --'; UPDATE territory SET name = '../../' || char(0) || 'x'")
    changed("journal_of_nonsense", "UPDATE journal SET changes = x'01ffffffff01', step = 0, plan = 1 WHERE id = (SELECT max(id) FROM journal); UPDATE plan SET applied = 1")


def list_of_tables(contents):
    """The pages of the list of tables: the first one and all below it."""
    size, pages, waiting = int.from_bytes(contents[16:18], "big"), [], [1]
    while waiting:
        number = waiting.pop()
        pages.append(number)
        page = contents[(number - 1) * size : number * size]
        start = 100 if number == 1 else 0
        if page[start] == 5:
            count = int.from_bytes(page[start + 3 : start + 5], "big")
            cells = [int.from_bytes(page[at : at + 2], "big") for at in range(start + 12, start + 12 + 2 * count, 2)]
            waiting += [int.from_bytes(page[at : at + 4], "big") for at in (*cells, start + 8)]
    return pages


def fts5():
    return bool(sqlite3.connect(":memory:").execute("SELECT count(*) FROM pragma_compile_options WHERE compile_options = 'ENABLE_FTS5'").fetchone()[0])


if len(sys.argv) > 1:
    projects(pathlib.Path(sys.argv[1]).resolve())
