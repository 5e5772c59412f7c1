#!/usr/bin/env python3
"""The same files read and joined by Bailiwick and by pandas, pyogrio and geopandas, each job alone in a process.

    python3 benches/peers/reading.py --layer LAYER [--venv FOLDER] [--work FOLDER]

LAYER: a layer of polygons that GDAL reads; it is written as a shapefile first, as other layers are what the two would not share. Accounts are
those of sample_data, written over and over under new IDs. Prints wall time, processor time and the most memory of each.
"""
import argparse
import csv
import json
import os
import pathlib
import random
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGES = ["pandas", "pyogrio", "geopandas", "openpyxl", "python-calamine", "xlsxwriter"]

# What the peers do. `measure` prints rows, seconds, processor seconds and megabytes.
MEASURE = """
import resource, sys, time
def measure(work):
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    rows = work()
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(rows, f"{seconds:.2f} {cpu:.2f} {after.ru_maxrss / 1024:.0f}")
"""
JOBS = {
    "pandas, CSV": "import pandas\nmeasure(lambda: len(pandas.read_csv(sys.argv[1], dtype={0: str})))",
    "geopandas, CSV to points": "import pandas, geopandas\ndef work():\n    t = pandas.read_csv(sys.argv[1], low_memory=False)\n    return len(geopandas.GeoDataFrame(t, geometry=geopandas.points_from_xy(*(pandas.to_numeric(t[name], errors='coerce') for name in ('Longitude', 'Latitude'))), crs=4326))\nmeasure(work)",
    "pandas with openpyxl, XLSX": "import pandas, openpyxl\nmeasure(lambda: len(pandas.read_excel(sys.argv[1])))",
    "pandas with calamine, XLSX": "import pandas, python_calamine\nmeasure(lambda: len(pandas.read_excel(sys.argv[1], engine='calamine')))",
    "pyogrio, shapefile": "import geopandas, pyogrio\nmeasure(lambda: len(pyogrio.read_dataframe(sys.argv[1])))",
    "geopandas.sjoin": "import pandas, geopandas\nlayer = geopandas.read_file(sys.argv[1])\nt = pandas.read_csv(sys.argv[2])\npoints = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(t['lon'], t['lat']), crs=layer.crs)\nmeasure(lambda: geopandas.sjoin(points, layer, predicate='within')['index_right'].count())",
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--layer", required=True)
    arguments.add_argument("--venv", default=HERE / ".venv", type=pathlib.Path)
    arguments.add_argument("--work", default=HERE / ".work", type=pathlib.Path)
    arguments.add_argument("--ours", help="the bench program, built already")
    chosen = arguments.parse_args()
    python = chosen.venv / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", chosen.venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    ours = chosen.ours or build()
    work = chosen.work
    work.mkdir(exist_ok=True, parents=True)
    layer = make_layer(python, chosen.layer, work / "layer.shp")
    tables = {rows: make_accounts(work / f"accounts_{rows}.csv", rows) for rows in (100_000, 1_000_000)}
    workbook = make_workbook(python, tables[100_000], work / "accounts.xlsx")
    points = make_points(work / "points.csv", 1_000_000)

    print("| job | rows | seconds | CPU seconds | MB |\n| --- | --- | --- | --- | --- |")
    for rows, table in tables.items():
        show(f"{rows:,} accounts from CSV: Bailiwick, with places, checks and units", [ours, "one", "accounts", layer, table])
        show(f"{rows:,} rows from CSV: pandas", peer(python, "pandas, CSV", table))
        show(f"{rows:,} rows from CSV to points: geopandas", peer(python, "geopandas, CSV to points", table))
    show("100,000 accounts from XLSX: Bailiwick", [ours, "one", "accounts", layer, workbook])
    show("100,000 rows from XLSX: pandas, openpyxl", peer(python, "pandas with openpyxl, XLSX", workbook))
    show("100,000 rows from XLSX: pandas, calamine", peer(python, "pandas with calamine, XLSX", workbook))
    show("polygons from a shapefile: Bailiwick, with topology", [ours, "one", "layer", layer])
    show("polygons from a shapefile: pyogrio", peer(python, "pyogrio, shapefile", layer))
    show("1,000,000 points in polygons: Bailiwick, index included", [ours, "one", "join", layer, points])
    show("1,000,000 points in polygons: geopandas.sjoin", peer(python, "geopandas.sjoin", layer, points))


def build():
    built = subprocess.run(["cargo", "bench", "--bench", "import", "--no-run", "--message-format", "json"], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    found = [json.loads(line) for line in built.stdout.splitlines() if line.startswith(b"{")]
    return [message["executable"] for message in found if message.get("target", {}).get("name") == "import" and message.get("executable")][-1]


def peer(python, job, *files):
    return [python, "-c", MEASURE + JOBS[job], *files]


def show(words, command):
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    figures = ran.stdout.split() if ran.returncode == 0 else [(ran.stderr.strip().splitlines() or ["failed"])[-1][:80], "", "", ""]
    print(f"| {words} | " + " | ".join(figures) + " |", flush=True)


def make_layer(python, source, target):
    if not target.exists():
        words = f"import pyogrio; pyogrio.write_dataframe(pyogrio.read_dataframe({os.fspath(source)!r}).set_crs(4326, allow_override=True), {os.fspath(target)!r})"
        subprocess.run([python, "-c", words], check=True)
    return target


def make_accounts(target, rows):
    if target.exists():
        return target
    with open(ROOT / "sample_data/accounts.csv", newline="", encoding="utf-8-sig") as file:
        header, *records = list(csv.reader(file))
    with open(target, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for index in range(rows):
            record = records[index % len(records)]
            writer.writerow([f"{index // len(records)}{record[0]}", *record[1:]])
    return target


def make_workbook(python, table, target):
    if not target.exists():
        words = f"import pandas; pandas.read_csv({os.fspath(table)!r}, dtype=str).to_excel({os.fspath(target)!r}, index=False, engine='xlsxwriter')"
        subprocess.run([python, "-c", words], check=True)
    return target


def make_points(target, count):
    """Around the sample's accounts and over the whole country, half and half."""
    if target.exists():
        return target
    with open(ROOT / "sample_data/accounts.csv", newline="", encoding="utf-8-sig") as file:
        places = [(row["Longitude"], row["Latitude"]) for row in csv.DictReader(file)]
    known = []
    for lon, lat in places:
        try:
            known.append((float(lon), float(lat)))
        except ValueError:
            continue
    draw = random.Random(1)
    with open(target, "w") as file:
        file.write("lon,lat\n")
        for index in range(count):
            if index % 2:
                lon, lat = draw.uniform(-124, -67), draw.uniform(25, 49)
            else:
                lon, lat = draw.choice(known)
                lon, lat = lon + draw.gauss(0, 0.2), lat + draw.gauss(0, 0.2)
            file.write(f"{lon:.6f},{lat:.6f}\n")
    return target


main()
