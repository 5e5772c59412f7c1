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
