-- From schema version 3 to 4.

-- Scenarios: where a plan comes from, how far it is decided, what was said about it.
ALTER TABLE project ADD COLUMN reference_plan INTEGER;
ALTER TABLE plan ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE plan ADD COLUMN parent INTEGER;
ALTER TABLE plan ADD COLUMN status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'proposed', 'approved'));
ALTER TABLE plan ADD COLUMN made_at TEXT;
ALTER TABLE plan ADD COLUMN made_by TEXT NOT NULL DEFAULT '';

-- What was said about a plan or one of its territories.
CREATE TABLE comment (
  id        INTEGER PRIMARY KEY,
  plan      INTEGER NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
  territory INTEGER,                            -- NULL: about the plan as a whole
  at        TEXT    NOT NULL,                   -- UTC
  who       TEXT    NOT NULL,
  text      TEXT    NOT NULL,
  done      INTEGER NOT NULL DEFAULT 0          -- 1: nothing is left to be done about it
);

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
