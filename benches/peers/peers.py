#!/usr/bin/env python3
"""Runs other programs on the instances of `bailiwick bench engine`, and prints one table with the same figures for all.

    python3 benches/peers/peers.py INSTANCE... [--tolerance 5] [--limit 120] [--venv FOLDER] [--bailiwick PROGRAM] [--data FOLDER]

The first call makes a virtual environment and installs the peers from PyPI (requirements.txt beside this file). The instances are
written by `bailiwick bench engine --write`. Every method is a process of its own that is ended at the limit. README.md says what each
method is, and what it cannot do.
"""

import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
EARTH_RADIUS_KM = 6371.0088


class Instance:
    """`n m K e`, then n lines `lat lon w1 … wm`, then e lines `a b`."""

    def __init__(self, path):
        numbers = iter(Path(path).read_text().split())
        count, measures, self.territories, pairs = (int(next(numbers)) for _ in range(4))
        self.lat, self.lon, self.load = [], [], []
        for _ in range(count):
            self.lat.append(float(next(numbers)))
            self.lon.append(float(next(numbers)))
            loads = [float(next(numbers)) for _ in range(measures)]
            self.load.append(loads[0])
        self.neighbours = [[] for _ in range(count)]
        for _ in range(pairs):
            a, b = int(next(numbers)), int(next(numbers))
            self.neighbours[a].append(b)
            self.neighbours[b].append(a)
        self.vectors = []
        for lat, lon in zip(map(math.radians, self.lat), map(math.radians, self.lon)):
            self.vectors.append((math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)))

    def __len__(self):
        return len(self.load)

    def merit(self, owner):
        """Mean kilometres per unit of load to the territory's weighted centroid, the largest deviation, pieces beyond one each."""
        sums = [[0.0, 0.0, 0.0] for _ in range(self.territories)]
        loads = [0.0] * self.territories
        for unit, territory in enumerate(owner):
            loads[territory] += self.load[unit]
            for axis in range(3):
                sums[territory][axis] += self.load[unit] * self.vectors[unit][axis]
        centres = []
        for vector in sums:
            length = math.sqrt(sum(x * x for x in vector)) or 1.0
            centres.append([x / length for x in vector])
        total = sum(self.load)
        travel = 0.0
        for unit, territory in enumerate(owner):
            chord = math.dist(self.vectors[unit], centres[territory])
            travel += self.load[unit] * 2 * EARTH_RADIUS_KM * math.asin(min(1.0, chord / 2))
        mean = total / self.territories
        deviation = max(abs(load - mean) for load in loads) / mean
        seen, pieces = [False] * len(self), 0
        for start in range(len(self)):
            if seen[start]:
                continue
            pieces += 1
            seen[start], stack = True, [start]
            while stack:
                unit = stack.pop()
                for other in self.neighbours[unit]:
                    if not seen[other] and owner[other] == owner[start]:
                        seen[other] = True
                        stack.append(other)
        filled = len(set(owner))
        return {"km": travel / total, "deviation": deviation, "pieces": pieces - filled, "empty": self.territories - filled}


# The methods. Each gives a list with the territory of every unit, from 0. `keep` stores the best so far, for when the limit ends the
# process before it is done.


def metis(instance, settings, keep, by_distance=False, recursive=False):
    """Graph partitioning: few cut edges, parts of equal load. With `by_distance` near neighbours are harder to part."""
    import pymetis

    scale = 1e6 / max(instance.load)
    weights = [max(1, round(load * scale)) for load in instance.load]
    starts, targets, edges = [0], [], []
    for unit, around in enumerate(instance.neighbours):
        for other in around:
            targets.append(other)
            km = 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.dist(instance.vectors[unit], instance.vectors[other]) / 2))
            edges.append(max(1, round(1000 / (km + 1))) if by_distance else 1)
        starts.append(len(targets))
    best = None
    for seed in range(5):
        # The factor is in thousandths; the largest part, not the smallest, is what it bounds.
        options = pymetis.Options(ufactor=max(1, round(1000 * settings.tolerance)), seed=settings.seed + seed)
        contiguous = None if recursive else True
        _, owner = pymetis.part_graph(
            instance.territories, xadj=starts, adjncy=targets, vweights=weights, eweights=edges,
            recursive=recursive, contiguous=contiguous, options=options,
        )
        found = instance.merit(owner)
        key = (max(found["deviation"], settings.tolerance), found["km"])
        if best is None or key < best:
            best = key
            keep(owner)


def k_means(instance, settings, keep):
    """Lloyd's algorithm, weighted, from k-means++: the travel that is possible when nothing is balanced."""
    import numpy as np

    rng = np.random.default_rng(settings.seed)
    points, weights = np.array(instance.vectors), np.array(instance.load)
    centres = [points[rng.choice(len(points), p=weights / weights.sum())]]
    nearest = ((points - centres[0]) ** 2).sum(axis=1)
    for _ in range(1, instance.territories):
        chances = weights * nearest
        centres.append(points[rng.choice(len(points), p=chances / chances.sum())])
        nearest = np.minimum(nearest, ((points - centres[-1]) ** 2).sum(axis=1))
    centres, owner = np.array(centres), None
    for _ in range(200):
        found = np.concatenate([(part @ centres.T).argmax(axis=1) for part in np.array_split(points, 1 + len(points) // 5000)])
        if owner is not None and (found == owner).all():
            break
        owner = found
        for territory in range(instance.territories):
            members = owner == territory
            if weights[members].sum() > 0:
                centre = (points[members] * weights[members, None]).sum(axis=0)
                centres[territory] = centre / np.linalg.norm(centre)
    keep(owner.tolist())


def k_means_constrained(instance, settings, keep):
    """k-means with a least and a most number of points per cluster (min-cost flow). It knows no loads."""
    import numpy as np
    from k_means_constrained import KMeansConstrained

    mean = len(instance) / instance.territories
    least, most = math.floor(mean * (1 - settings.tolerance)), math.ceil(mean * (1 + settings.tolerance))
    model = KMeansConstrained(
        n_clusters=instance.territories, size_min=least, size_max=most, n_init=1, random_state=settings.seed
    )
    keep([int(owner) for owner in model.fit_predict(np.array(instance.vectors))])


def gerrychain(instance, settings, keep, steps=10_000_000):
    """Random spanning trees cut into balanced parts, then ReCom: merge two, cut again. The plan of least travel is kept."""
    import networkx as nx
    from gerrychain import Graph, MarkovChain, Partition, accept, constraints, updaters
    from gerrychain.proposals import recom
    from gerrychain.tree import recursive_tree_part

    random.seed(settings.seed)
    plain = nx.Graph()
    for unit, load in enumerate(instance.load):
        plain.add_node(unit, load=load)
    plain.add_edges_from((unit, other) for unit, around in enumerate(instance.neighbours) for other in around)
    graph = Graph.from_networkx(plain)
    mean = sum(instance.load) / instance.territories
    first = recursive_tree_part(graph, range(instance.territories), mean, "load", settings.tolerance, node_repeats=1)
    best = None

    def look(assignment):
        nonlocal best
        owner = [assignment[unit] for unit in range(len(instance))]
        found = instance.merit(owner)
        if best is None or found["km"] < best:
            best = found["km"]
            keep(owner)

    look(first)
    if steps == 0:
        return
    partition = Partition(graph, assignment=first, updaters={"load": updaters.Tally("load")})

    def proposal(state):
        return recom(state, pop_col="load", pop_target=mean, epsilon=settings.tolerance, node_repeats=1)

    within = constraints.within_percent_of_ideal_population(partition, settings.tolerance, pop_key="load")
    chain = MarkovChain(proposal, [within], accept.always_accept, partition, total_steps=steps)
    for state in chain:
        look(state.assignment)


METHODS = {
    "k-means (no balance)": k_means,
    "k-means-constrained (counts)": k_means_constrained,
    "METIS k-way": metis,
    "METIS k-way, near edges": lambda i, s, k: metis(i, s, k, by_distance=True),
    "METIS recursive, near edges": lambda i, s, k: metis(i, s, k, by_distance=True, recursive=True),
    "GerryChain tree start": lambda i, s, k: gerrychain(i, s, k, steps=0),
    "GerryChain ReCom": gerrychain,
}


def run_method(settings):
    """In a process of its own: runs one method and leaves its best assignment in a file."""
    instance = Instance(settings.instances[0])

    def keep(owner):
        # Renamed, so that a process that is ended leaves a whole file.
        temporary = f"{settings.out}.part"
        Path(temporary).write_text(" ".join(map(str, owner)))
        os.replace(temporary, settings.out)

    METHODS[settings.method](instance, settings, keep)


def measure(name, path, instance, settings, python, folder):
    out = folder / "owner.txt"
    out.unlink(missing_ok=True)
    words = [python, __file__, str(path), "--method", name, "--out", str(out), "--seed", str(settings.seed)]
    words += ["--tolerance", str(100 * settings.tolerance)]
    start = time.monotonic()
    log = open(folder / "log.txt", "w+")
    process = subprocess.Popen(words, stdout=log, stderr=log)
    usage, cut = None, False
    while usage is None:
        done, _, used = os.wait4(process.pid, os.WNOHANG)
        if done:
            usage = used
        elif time.monotonic() - start > settings.limit:
            process.kill()
            _, _, usage = os.wait4(process.pid, 0)
            cut = True
        else:
            time.sleep(0.02)
    row = {"method": name, "seconds": time.monotonic() - start, "cpu": usage.ru_utime + usage.ru_stime}
    row["memory_mb"] = usage.ru_maxrss / 1024
    if out.exists():
        row.update(instance.merit([int(word) for word in out.read_text().split()]))
        row["note"] = f"best of {settings.limit:.0f} s" if cut else ""
    else:
        log.seek(0)
        last = [line for line in log.read().splitlines() if line.strip()][-1:] or [""]
        row["note"] = f"no answer in {settings.limit:.0f} s" if cut else f"failed: {last[0][:80]}"
    return row


def bailiwick(name, effort, settings):
    words = [settings.bailiwick, "bench", "engine", name, "--json", "--effort", effort, "--seed", str(settings.seed)]
    words += ["--tolerance", f"{100 * settings.tolerance}%", "--time", str(settings.limit)]
    words += ["--data", settings.data] if settings.data else []
    done = subprocess.run(words, capture_output=True, text=True)
    answer = json.loads(done.stdout)
    if "error" in answer:
        return {"method": f"Bailiwick, {effort}", "note": answer["error"]["why"]}
    run = answer["runs"][0]
    row = {"method": f"Bailiwick, {effort}", "km": run["mean_km"], "deviation": run["deviations"][0]}
    row.update(pieces=run["extra_pieces"], empty=0, seconds=run["seconds"], cpu=run["cpu_seconds"])
    row.update(memory_mb=run["peak_memory_mb"], note="cut short" if run["cut_short"] else "")
    return row


def show(name, rows):
    def figure(row, key, digits, scale=1.0):
        return f"{scale * row[key]:.{digits}f}" if row.get(key) is not None else "–"

    header = ["method", "mean km", "max deviation", "extra pieces", "seconds", "CPU s", "MB", ""]
    table = [header]
    for row in rows:
        deviation = figure(row, "deviation", 2, 100.0)
        empty = f", {row['empty']} empty" if row.get("empty") else ""
        cells = [row["method"], figure(row, "km", 2), f"{deviation} %", figure(row, "pieces", 0) + empty]
        cells += [figure(row, "seconds", 1), figure(row, "cpu", 1), figure(row, "memory_mb", 0), row.get("note", "")]
        table.append(cells)
    widths = [max(len(row[column]) for row in table) for column in range(len(header))]
    print(f"\n{name}")
    for row in table:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:])]
        print("  ".join(cells + [row[-1]]).rstrip())
    sys.stdout.flush()


def environment(folder):
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "-r", str(HERE / "requirements.txt")], check=True)
    return str(python)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", nargs="+", help="as bailiwick bench engine names them")
    parser.add_argument("--tolerance", type=float, default=5.0, help="percent")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds per method")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--effort", default="normal", help="of Bailiwick; several separated by commas")
    parser.add_argument("--only", default="", help="only methods whose name contains this")
    parser.add_argument("--venv", type=Path, default=HERE / ".venv")
    parser.add_argument("--bailiwick", default=str(HERE.parent.parent / "target/release/bailiwick"))
    parser.add_argument("--data", default=os.environ.get("BAILIWICK_BENCH_DATA"))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--method", help=argparse.SUPPRESS)
    parser.add_argument("--out", help=argparse.SUPPRESS)
    settings = parser.parse_args()
    settings.tolerance /= 100
    if settings.method:
        run_method(settings)
        return
    python = environment(settings.venv)
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in settings.instances:
            target = Path(folder) / "instance"
            target.mkdir(exist_ok=True)
            words = [settings.bailiwick, "bench", "engine", name, "--write", str(target), "--json"]
            words += ["--data", settings.data] if settings.data else []
            written = json.loads(subprocess.run(words, capture_output=True, text=True).stdout)
            if "error" in written:
                sys.exit(f"{written['error']['what']}: {written['error']['why']}")
            path = Path(written["files"][0])
            instance = Instance(path)
            rows = [bailiwick(name, effort, settings) for effort in settings.effort.split(",")]
            for method in METHODS:
                if settings.only.lower() in method.lower():
                    rows.append(measure(method, path, instance, settings, python, Path(folder)))
            results[name] = rows
            if not settings.json:
                show(f"{name}: {len(instance)} units, {instance.territories} territories, ±{100 * settings.tolerance:g} %", rows)
    if settings.json:
        print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
