"""Holds exported files against each other with an independent reader (GDAL through pyogrio, GEOS through shapely): no territory lies upon
another, none leaves a gap, and together they are the units that they are made of.

    bailiwick export plan.bwk out.gpkg --what territories,units      (or .geojson, .shp, .kml, .topojson: a file each)
    python topology.py TERRITORIES UNITS [LAYER_OF_TERRITORIES LAYER_OF_UNITS]

Ends with 1 where it finds something.
"""

import sys

import numpy as np
import pyogrio.raw
import shapely


def read(path, layer):
    """The shapes of a layer as they are in the file, and the territory of each."""
    meta, _, shapes, fields = pyogrio.raw.read(path, layer=layer, columns=["territory"])
    return shapely.from_wkb(shapes), fields[0]


def main():
    paths = sys.argv[1:3]
    layers = sys.argv[3:5] if len(sys.argv) > 4 else [None, None]
    (territories, names), (units, owners) = (read(path, layer) for path, layer in zip(paths, layers))
    faults = []

    def expect(truth, words):
        print(("ok     " if truth else "WRONG  ") + words)
        if not truth:
            faults.append(words)

    invalid = [f"{name}: {shapely.is_valid_reason(shape)}" for name, shape in zip(names, territories) if not shape.is_valid]
    expect(not invalid, f"{len(territories)} territories are valid {invalid[:3]}")
    tree = shapely.STRtree(territories)
    one, other = tree.query(territories, predicate="intersects")
    pairs = [(a, b) for a, b in zip(one, other) if a < b]
    overlaps = shapely.area(shapely.intersection(territories[[a for a, _ in pairs]], territories[[b for _, b in pairs]])) if pairs else []
    expect(max(overlaps, default=0.0) == 0.0, f"{len(pairs)} pairs of neighbours overlap by {max(overlaps, default=0.0)} square degrees at most")
    together = shapely.union_all(territories)
    owned = np.array([owner not in (None, "") for owner in owners])
    ground = shapely.union_all(units[owned])
    gaps = shapely.symmetric_difference(together, ground)
    expect(gaps.area <= 1e-12, f"together they differ from their {owned.sum()} units by {gaps.area} square degrees")
    holes = lambda shape: sum(len(part.interiors) for part in shapely.get_parts(shape))
    expect(holes(together) == holes(ground), f"holes between them: {holes(together)}, between their units: {holes(ground)}")
    sums = abs(shapely.area(territories).sum() - together.area)
    expect(sums <= 1e-9, f"their areas add up to that of all together, but for {sums} square degrees")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
