-- From schema version 1 to 2: levels above territories, locked accounts, what the user says about neighbours.

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

ALTER TABLE territory ADD COLUMN parent INTEGER;

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

DROP VIEW v_territory;

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
