-- From schema version 2 to 3.

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
