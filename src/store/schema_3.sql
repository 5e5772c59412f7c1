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
