-- From schema version 2 to 3.

-- Places of accounts: more ways of placing them, and how precise a place is. SQLite cannot change a CHECK, so the table is made anew;
-- rows of other tables that refer to accounts are looked at when the transaction ends.
CREATE TEMP TABLE account_of_version_2 AS SELECT id, code, name, lon, lat, placement, unit FROM account;
DROP TABLE account;

CREATE TABLE account (
  id           INTEGER PRIMARY KEY,
  code         TEXT NOT NULL,
  name         TEXT NOT NULL,
  lon          REAL,                            -- NULL for unplaced accounts
  lat          REAL,
  placement    TEXT NOT NULL CHECK (placement IN
                 ('coordinates', 'postal code', 'town', 'state', 'online', 'by hand', 'unplaced')),
  precision_km REAL,                            -- how far the true place may be; 0 where it is exact, NULL where nobody knows
  unit         INTEGER REFERENCES unit (id)     -- NULL outside every unit
);
CREATE INDEX account_code ON account (code);
CREATE INDEX account_unit ON account (unit);

INSERT INTO account (id, code, name, lon, lat, placement, precision_km, unit)
  SELECT id, code, name, lon, lat, placement, CASE placement WHEN 'coordinates' THEN 0 END, unit FROM temp.account_of_version_2;
DROP TABLE temp.account_of_version_2;

-- Computed columns: the formula behind a measure or an attribute, and the date that today() means in it.
ALTER TABLE measure ADD COLUMN formula TEXT;
ALTER TABLE measure ADD COLUMN as_of TEXT;
ALTER TABLE attribute ADD COLUMN formula TEXT;
ALTER TABLE attribute ADD COLUMN as_of TEXT;

-- Segments of accounts.
CREATE TABLE segment (
  position INTEGER PRIMARY KEY,
  name     TEXT NOT NULL,
  formula  TEXT,                                -- NULL where conditions say who belongs
  as_of    TEXT NOT NULL                        -- what today() means, and where "in the last days" ends; may be empty
);
CREATE TABLE segment_group (
  segment INTEGER NOT NULL REFERENCES segment (position) ON DELETE CASCADE,
  "group" INTEGER NOT NULL,                     -- 0 is the segment itself, others stand within it
  combine TEXT    NOT NULL CHECK (combine IN ('all', 'any', 'none')),
  PRIMARY KEY (segment, "group")
) WITHOUT ROWID;
CREATE TABLE segment_condition (
  segment  INTEGER NOT NULL,
  "group"  INTEGER NOT NULL,
  position INTEGER NOT NULL,
  "column" TEXT    NOT NULL,
  operator TEXT    NOT NULL,
  value    TEXT    NOT NULL,
  until    TEXT    NOT NULL,                    -- the other end of 'between'
  PRIMARY KEY (segment, "group", position),
  FOREIGN KEY (segment, "group") REFERENCES segment_group (segment, "group") ON DELETE CASCADE
) WITHOUT ROWID;

-- Layers of areas beside the units: counties over ZIP areas, states, regions of somebody else.
CREATE TABLE layer (
  id          INTEGER PRIMARY KEY,              -- its place in the list, from 0 without gaps
  name        TEXT    NOT NULL,
  kind        TEXT    NOT NULL,                 -- what one area is called: 'county'
  approximate INTEGER NOT NULL,
  attribution TEXT    NOT NULL,
  visible     INTEGER NOT NULL,                 -- 1: its borders are on the map
  colour      TEXT    NOT NULL,                 -- 'grey', 'blue', 'brown', 'green', 'purple'
  width       TEXT    NOT NULL                  -- 'thin', 'medium', 'thick'
);
CREATE TABLE layer_area (
  layer    INTEGER NOT NULL REFERENCES layer (id) ON DELETE CASCADE ON UPDATE CASCADE,
  id       INTEGER NOT NULL,                    -- counts from 0 within the layer
  code     TEXT NOT NULL,
  name     TEXT NOT NULL,
  lon      REAL NOT NULL,                       -- a point inside it
  lat      REAL NOT NULL,
  area_km2 REAL NOT NULL,
  west     REAL NOT NULL,
  south    REAL NOT NULL,
  east     REAL NOT NULL,
  north    REAL NOT NULL,
  PRIMARY KEY (layer, id)
) WITHOUT ROWID;

-- Its shapes: arrays of the shared-arc topology, as in the table topology.
CREATE TABLE layer_topology (
  layer INTEGER NOT NULL REFERENCES layer (id) ON DELETE CASCADE ON UPDATE CASCADE,
  name  TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (layer, name)
) WITHOUT ROWID;

-- The columns that came with it, measures first, and their values; missing ones have no row.
CREATE TABLE layer_column (
  layer     INTEGER NOT NULL REFERENCES layer (id) ON DELETE CASCADE ON UPDATE CASCADE,
  position  INTEGER NOT NULL,
  name      TEXT NOT NULL,
  unit      TEXT NOT NULL,
  aggregate TEXT NOT NULL CHECK (aggregate IN ('sum', 'mean', 'text')),
  weight    INTEGER,                            -- the position of the measure that weights a mean
  PRIMARY KEY (layer, position)
) WITHOUT ROWID;
CREATE TABLE layer_value (
  layer    INTEGER NOT NULL REFERENCES layer (id) ON DELETE CASCADE ON UPDATE CASCADE,
  "column" INTEGER NOT NULL,                    -- a position in layer_column
  area     INTEGER NOT NULL,
  value    NOT NULL,                            -- a number or a text
  PRIMARY KEY (layer, "column", area)
) WITHOUT ROWID;

-- In which area of a layer each unit lies, and which share of its surface. Worked out when the layer is added or joined; gone once the
-- units are others.
CREATE TABLE unit_in_layer (
  layer INTEGER NOT NULL REFERENCES layer (id) ON DELETE CASCADE ON UPDATE CASCADE,
  unit  INTEGER NOT NULL,
  area  INTEGER NOT NULL,
  share REAL    NOT NULL,                       -- 0 … 1
  main  INTEGER NOT NULL,                       -- 1: the area with the largest share
  PRIMARY KEY (layer, unit, area)
) WITHOUT ROWID;

CREATE VIEW v_layer_area AS
SELECT layer.id AS layer, layer.name AS layer_name, layer.kind, layer_area.id AS area, layer_area.code, layer_area.name,
       layer_area.lon, layer_area.lat, layer_area.area_km2
FROM layer JOIN layer_area ON layer_area.layer = layer.id;

CREATE VIEW v_unit_in_layer AS
SELECT layer.id AS layer, layer.name AS layer_name, unit.id AS unit, unit.code AS unit_code, unit.name AS unit_name,
       layer_area.id AS area, layer_area.code AS area_code, layer_area.name AS area_name, unit_in_layer.share, unit_in_layer.main
FROM unit_in_layer
JOIN layer ON layer.id = unit_in_layer.layer
JOIN unit ON unit.id = unit_in_layer.unit
JOIN layer_area ON layer_area.layer = unit_in_layer.layer AND layer_area.id = unit_in_layer.area;
