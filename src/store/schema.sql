-- The tables of a project file, schema version 4. docs/file-format.md explains them and says what a reader may rely on.
-- Ids of units, accounts, reps and measures count from 0 without gaps; territory ids count from 1 and may have gaps.

-- One row.
CREATE TABLE project (
  id               INTEGER PRIMARY KEY CHECK (id = 1),
  name             TEXT    NOT NULL,
  unit_kind        TEXT    NOT NULL,            -- what one unit is called: 'ZIP area', 'county'
  unit_approximate INTEGER NOT NULL,            -- 1 when the shapes are approximations
  unit_attribution TEXT    NOT NULL,            -- where the shapes come from
  active_plan      INTEGER NOT NULL,            -- the plan that was open last
  created_at       TEXT    NOT NULL,            -- UTC
  created_with     TEXT    NOT NULL,            -- program and version
  reference_plan   INTEGER                      -- the plan that others are held against; NULL: the one with the smallest id
);

-- What the window remembers: camera, panels, choices.
CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE unit (
  id       INTEGER PRIMARY KEY,
  code     TEXT NOT NULL UNIQUE,                -- ZIP, FIPS, …; leading zeros kept
  name     TEXT NOT NULL,
  lon      REAL NOT NULL,                       -- a point inside it, in degrees (WGS 84)
  lat      REAL NOT NULL,
  area_km2 REAL NOT NULL,
  west     REAL NOT NULL,                       -- its bounding box
  south    REAL NOT NULL,
  east     REAL NOT NULL,
  north    REAL NOT NULL
);

-- The shapes: arrays of the shared-arc topology, one row each.
CREATE TABLE topology (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;

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

-- Columns of numbers. Their values are the column sql_name of unit_data or account_data, NULL where missing.
CREATE TABLE measure (
  id        INTEGER PRIMARY KEY,
  name      TEXT NOT NULL,                      -- as the user wrote it
  unit      TEXT NOT NULL,                      -- '$', 'people'; empty for counts
  subject   TEXT NOT NULL CHECK (subject IN ('unit', 'account')),
  aggregate TEXT NOT NULL CHECK (aggregate IN ('sum', 'mean')),
  weight    INTEGER,                            -- the measure that weights a mean; NULL for a plain mean
  sql_name  TEXT NOT NULL,
  formula   TEXT,                               -- of a computed column, else NULL
  as_of     TEXT                                -- what today() means in it
);

-- Columns of words. Their values are the column sql_name of unit_data or account_data.
CREATE TABLE attribute (
  subject  TEXT    NOT NULL CHECK (subject IN ('unit', 'account')),
  position INTEGER NOT NULL,
  name     TEXT    NOT NULL,
  sql_name TEXT    NOT NULL,
  formula  TEXT,                                -- of a computed column, else NULL
  as_of    TEXT,                                -- what today() means in it
  PRIMARY KEY (subject, position)
) WITHOUT ROWID;

-- The tables unit_data and account_data (id, then one column per measure and attribute), and the views v_unit and v_account that
-- join them to unit and account, are made anew with every import, because their columns are those of the imported file.

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

CREATE TABLE rep (
  id             INTEGER PRIMARY KEY,
  code           TEXT NOT NULL,
  name           TEXT NOT NULL,
  home_lon       REAL,
  home_lat       REAL,
  home_town      TEXT NOT NULL,
  capacity_hours REAL,                          -- per year; NULL when not known
  skills         TEXT NOT NULL                  -- one a line
);

-- What is balanced.
CREATE TABLE goal (
  position  INTEGER PRIMARY KEY,
  measure   INTEGER NOT NULL,
  tolerance REAL    NOT NULL,                   -- 0.05 is ±5 %
  weight    REAL    NOT NULL
);

CREATE TABLE plan (
  id         INTEGER PRIMARY KEY,
  name       TEXT    NOT NULL,
  generation INTEGER NOT NULL DEFAULT 0,        -- counts edits, undos and redos
  applied    INTEGER NOT NULL DEFAULT 0,        -- how many steps of its undo history are in force
  description TEXT   NOT NULL DEFAULT '',
  parent     INTEGER,                           -- the plan that it was copied from
  status     TEXT    NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'proposed', 'approved')),
  made_at    TEXT,                              -- UTC; NULL where that is not known
  made_by    TEXT    NOT NULL DEFAULT ''
);

-- What stands above territories: the levels from the lowest up ('District', 'Region') ...
CREATE TABLE level (
  plan     INTEGER NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,                    -- 0 is the level next to territories
  name     TEXT    NOT NULL,
  PRIMARY KEY (plan, position)
) WITHOUT ROWID;

-- ... and the districts, regions and so on. A parent is always of a higher level.
CREATE TABLE territory_group (
  plan   INTEGER NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
  id     INTEGER NOT NULL CHECK (id BETWEEN 1 AND 65535),
  level  INTEGER NOT NULL,                      -- a position in the table level
  name   TEXT    NOT NULL,
  parent INTEGER,
  colour TEXT    NOT NULL,                      -- '#rrggbb'
  rep    INTEGER REFERENCES rep (id) ON DELETE SET NULL,
  locked INTEGER NOT NULL,
  note   TEXT    NOT NULL,
  PRIMARY KEY (plan, id),
  FOREIGN KEY (plan, parent) REFERENCES territory_group (plan, id) DEFERRABLE INITIALLY DEFERRED
) WITHOUT ROWID;

CREATE TABLE territory (
  plan   INTEGER NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
  id     INTEGER NOT NULL CHECK (id BETWEEN 1 AND 65535),
  name   TEXT    NOT NULL,
  colour TEXT    NOT NULL,                      -- '#rrggbb'
  rep    INTEGER REFERENCES rep (id) ON DELETE SET NULL,
  locked INTEGER NOT NULL,
  note   TEXT    NOT NULL,
  parent INTEGER,                               -- the territory_group that it stands in
  PRIMARY KEY (plan, id)
) WITHOUT ROWID;

-- Wanted loads. Where there is no row, the target is an equal share of the total.
CREATE TABLE target (
  plan      INTEGER NOT NULL,
  territory INTEGER NOT NULL,
  measure   INTEGER NOT NULL,
  value     REAL    NOT NULL,
  PRIMARY KEY (plan, territory, measure),
  FOREIGN KEY (plan, territory) REFERENCES territory (plan, id) ON DELETE CASCADE
) WITHOUT ROWID;

-- Which unit belongs to which territory; NULL is unassigned. One row per plan and unit.
CREATE TABLE assignment (
  plan      INTEGER NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
  unit      INTEGER NOT NULL REFERENCES unit (id) DEFERRABLE INITIALLY DEFERRED,
  territory INTEGER,
  PRIMARY KEY (plan, unit),
  FOREIGN KEY (plan, territory) REFERENCES territory (plan, id) DEFERRABLE INITIALLY DEFERRED
) WITHOUT ROWID;
CREATE INDEX assignment_territory ON assignment (plan, territory);

-- Named accounts: owned by this territory whatever their unit's is. NULL takes the account out of every territory.
CREATE TABLE override (
  plan      INTEGER NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
  account   INTEGER NOT NULL REFERENCES account (id) DEFERRABLE INITIALLY DEFERRED,
  territory INTEGER,
  PRIMARY KEY (plan, account),
  FOREIGN KEY (plan, territory) REFERENCES territory (plan, id) DEFERRABLE INITIALLY DEFERRED
) WITHOUT ROWID;

-- Units that neither hand nor solver may move.
CREATE TABLE locked_unit (
  plan INTEGER NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
  unit INTEGER NOT NULL REFERENCES unit (id) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (plan, unit)
) WITHOUT ROWID;

-- Accounts that keep the owner they have, whatever becomes of their unit.
CREATE TABLE locked_account (
  plan    INTEGER NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
  account INTEGER NOT NULL REFERENCES account (id) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (plan, account)
) WITHOUT ROWID;

-- Where the user says something else about neighbours than the map: a ferry joins two units, a motorway parts them.
CREATE TABLE adjacency (
  plan INTEGER NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
  a    INTEGER NOT NULL REFERENCES unit (id) DEFERRABLE INITIALLY DEFERRED,
  b    INTEGER NOT NULL REFERENCES unit (id) DEFERRABLE INITIALLY DEFERRED,
  kind TEXT    NOT NULL CHECK (kind IN ('bridge', 'barrier')),
  PRIMARY KEY (plan, a, b),
  CHECK (a < b)
) WITHOUT ROWID;

-- Who changed what, and when: the audit trail, which only grows. Rows with a step are also the undo history of their plan:
-- steps 0 … plan.applied − 1 are in force, later ones can be redone.
CREATE TABLE journal (
  id      INTEGER PRIMARY KEY,
  plan    INTEGER NOT NULL,                     -- kept when the plan is deleted
  at      TEXT    NOT NULL,                     -- UTC
  who     TEXT    NOT NULL,
  kind    TEXT    NOT NULL,                     -- 'edit', 'undo', 'redo', 'import', 'plan'
  label   TEXT    NOT NULL,
  step    INTEGER,                              -- NULL: not, or no longer, in the undo history
  of      INTEGER,                              -- for undo and redo, the row of the edit
  changes BLOB                                  -- old and new values of an edit
);
CREATE UNIQUE INDEX journal_step ON journal (plan, step) WHERE step IS NOT NULL;

-- Computed figures, with the plan's generation they were computed for. Missing values have no row.
CREATE TABLE metric (
  plan       INTEGER NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
  territory  INTEGER NOT NULL,                  -- 0: what is unassigned; -1: the plan as a whole
  name       TEXT    NOT NULL,
  value      REAL    NOT NULL,
  generation INTEGER NOT NULL,
  PRIMARY KEY (plan, territory, name)
) WITHOUT ROWID;

-- What was noticed at import and is still to be looked at.
CREATE TABLE problem (
  id       INTEGER PRIMARY KEY,
  severity TEXT NOT NULL,                       -- 'error', 'warning', 'note'
  file     TEXT NOT NULL,
  row      INTEGER,
  "column" TEXT NOT NULL,
  item     TEXT NOT NULL,
  message  TEXT NOT NULL,
  hint     TEXT NOT NULL
);

-- What was said about a plan or one of its territories. New tables stand last: a lost list of tables is made good by where each begins.
CREATE TABLE comment (
  id        INTEGER PRIMARY KEY,
  plan      INTEGER NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
  territory INTEGER,                            -- NULL: about the plan as a whole
  at        TEXT    NOT NULL,                   -- UTC
  who       TEXT    NOT NULL,
  text      TEXT    NOT NULL,
  done      INTEGER NOT NULL DEFAULT 0          -- 1: nothing is left to be done about it
);

CREATE VIEW v_unit_owner AS
SELECT assignment.plan, plan.name AS plan_name, unit.id AS unit, unit.code, unit.name,
       assignment.territory, territory.name AS territory_name, rep.code AS rep_code, rep.name AS rep_name
FROM assignment
JOIN plan ON plan.id = assignment.plan
JOIN unit ON unit.id = assignment.unit
LEFT JOIN territory ON territory.plan = assignment.plan AND territory.id = assignment.territory
LEFT JOIN rep ON rep.id = territory.rep;

-- An account's owner is its override if it has one, else its unit's territory, else nobody.
CREATE VIEW v_account_owner AS
SELECT owned.plan, plan.name AS plan_name, owned.account, owned.code, owned.name, owned.because,
       owned.territory, territory.name AS territory_name, rep.code AS rep_code, rep.name AS rep_name
FROM (
  SELECT plan.id AS plan, account.id AS account, account.code, account.name,
         CASE WHEN override.account IS NULL THEN assignment.territory ELSE override.territory END AS territory,
         CASE WHEN override.account IS NOT NULL THEN 'override'
              WHEN assignment.territory IS NOT NULL THEN 'unit' ELSE 'unassigned' END AS because
  FROM plan
  CROSS JOIN account
  LEFT JOIN override ON override.plan = plan.id AND override.account = account.id
  LEFT JOIN assignment ON assignment.plan = plan.id AND assignment.unit = account.unit
) AS owned
JOIN plan ON plan.id = owned.plan
LEFT JOIN territory ON territory.plan = owned.plan AND territory.id = owned.territory
LEFT JOIN rep ON rep.id = territory.rep;

CREATE VIEW v_territory AS
SELECT territory.plan, plan.name AS plan_name, territory.id AS territory, territory.name, territory.colour,
       rep.code AS rep_code, rep.name AS rep_name, territory.locked, territory.note,
       coalesce(owned_units.units, 0) AS units, coalesce(owned_accounts.accounts, 0) AS accounts,
       above.name AS parent_name
FROM territory
JOIN plan ON plan.id = territory.plan
LEFT JOIN territory_group AS above ON above.plan = territory.plan AND above.id = territory.parent
LEFT JOIN rep ON rep.id = territory.rep
LEFT JOIN (SELECT plan, territory, count(*) AS units FROM assignment GROUP BY plan, territory) AS owned_units
       ON owned_units.plan = territory.plan AND owned_units.territory = territory.id
LEFT JOIN (SELECT plan, territory, count(*) AS accounts FROM v_account_owner GROUP BY plan, territory) AS owned_accounts
       ON owned_accounts.plan = territory.plan AND owned_accounts.territory = territory.id;

-- One row per territory and group that it stands in, however many levels above.
CREATE VIEW v_hierarchy AS
WITH RECURSIVE above (plan, territory, "group") AS (
  SELECT plan, id, parent FROM territory WHERE parent IS NOT NULL
  UNION
  SELECT above.plan, above.territory, territory_group.parent
  FROM above JOIN territory_group ON territory_group.plan = above.plan AND territory_group.id = above."group"
  WHERE territory_group.parent IS NOT NULL
)
SELECT above.plan, plan.name AS plan_name, above.territory, territory.name AS territory_name,
       territory_group.level, level.name AS level_name, above."group", territory_group.name AS group_name
FROM above
JOIN plan ON plan.id = above.plan
JOIN territory ON territory.plan = above.plan AND territory.id = above.territory
JOIN territory_group ON territory_group.plan = above.plan AND territory_group.id = above."group"
LEFT JOIN level ON level.plan = above.plan AND level.position = territory_group.level;

-- up_to_date is 0 for figures that were computed before the last change of the plan.
CREATE VIEW v_territory_metrics AS
SELECT metric.plan, plan.name AS plan_name, metric.territory,
       CASE metric.territory WHEN 0 THEN 'Unassigned' WHEN -1 THEN 'Whole plan' ELSE territory.name END AS territory_name,
       metric.name AS metric, metric.value, metric.generation = plan.generation AS up_to_date
FROM metric
JOIN plan ON plan.id = metric.plan
LEFT JOIN territory ON territory.plan = metric.plan AND territory.id = metric.territory;

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

-- The plans as a family, with what they hold.
CREATE VIEW v_plan AS
SELECT plan.id AS plan, plan.name, plan.status, plan.description, plan.parent, above.name AS parent_name, plan.made_at, plan.made_by,
       plan.id = project.active_plan AS is_open,
       plan.id = coalesce(project.reference_plan, (SELECT min(id) FROM plan)) AS is_reference,
       (SELECT count(*) FROM territory WHERE territory.plan = plan.id) AS territories,
       (SELECT count(*) FROM comment WHERE comment.plan = plan.id AND NOT comment.done) AS open_comments
FROM plan
CROSS JOIN project
LEFT JOIN plan AS above ON above.id = plan.parent;
