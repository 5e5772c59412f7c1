//! Fills the gaps between rows that were saved, so that they fit together and open as a project.

use std::collections::BTreeSet;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};

use super::super::blobs::{decode_topology, encode_topology};
use super::super::cells::{Read, list, text};
use super::super::layers;
use super::super::tables::{quoted, subject_word};
use crate::domain::columns::Subject;
use crate::domain::hierarchy::MOST_LEVELS;
use crate::domain::ids::UnitId;
use crate::domain::reference::MOST_LAYERS;
use crate::domain::topology::{Topology, TopologyArrays};

/// So many rows are made at most in place of lost ones.
const MOST_MADE: i64 = 1_000_000;

/// Everything, in the order in which one table refers to another.
pub fn all(target: &Connection, missing: &mut Vec<String>) -> Read<()> {
    let mut mending = Mending { target, missing };
    mending.project()?;
    mending.units()?;
    mending.accounts()?;
    mending.columns(Subject::Units)?;
    mending.columns(Subject::Accounts)?;
    mending.measures()?;
    mending.layers()?;
    mending.segments()?;
    mending.reps()?;
    mending.plans()?;
    mending.groups()?;
    mending.territories()?;
    mending.owners()?;
    mending.history()
}

struct Mending<'a> {
    target: &'a Connection,
    missing: &'a mut Vec<String>,
}

impl Mending<'_> {
    fn project(&mut self) -> Read<()> {
        let sql = "INSERT OR IGNORE INTO project VALUES (1, 'Rescued project', '', 0, '', 1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), 'bailiwick', NULL)";
        self.count(sql, |_| "The project's name is missing".to_owned())
    }

    /// As many units as there are shapes, or else as there are rows.
    fn units(&mut self) -> Read<()> {
        let topology = self.topology()?;
        let rows = self.number("SELECT count(*) FROM unit")?;
        let last = self.number("SELECT max(id) FROM unit WHERE id >= 0")?;
        let units = match &topology {
            Some(topology) if topology.unit_count() > 0 => topology.unit_count() as i64,
            _ => (last + 1).min(rows + MOST_MADE),
        };
        self.target.execute("DELETE FROM unit WHERE id < 0 OR id >= ?1", [units])?;
        if topology.is_none() && units > 0 {
            self.missing.push(
                "The shapes of all units are missing: import the boundaries again, units keep their territory by their code".to_owned(),
            );
        }
        let empty = TopologyArrays {
            arc_starts: vec![0],
            ring_starts: vec![0],
            polygon_starts: vec![0],
            unit_starts: vec![0; units as usize + 1],
            ..TopologyArrays::default()
        };
        let topology = match topology {
            Some(topology) if topology.unit_count() as i64 == units => topology,
            _ => {
                self.target.execute("DELETE FROM topology", [])?;
                for (name, blob) in encode_topology(&empty) {
                    self.target.execute("INSERT INTO topology VALUES (?1, ?2)", params![name, blob])?;
                }
                Topology::from_arrays(empty)?
            }
        };
        let present: BTreeSet<i64> = list(self.target, "SELECT id FROM unit", |row| row.get(0))?.into_iter().collect();
        let sound = "SELECT id FROM unit WHERE NOT (typeof(lon) = 'real' AND typeof(lat) = 'real' AND abs(lon) <= 200 AND abs(lat) <= 90
            AND typeof(area_km2) = 'real' AND area_km2 BETWEEN 0 AND 1e12
            AND typeof(west) = 'real' AND typeof(south) = 'real' AND typeof(east) = 'real' AND typeof(north) = 'real'
            AND abs(west) <= 1e9 AND abs(south) <= 1e9 AND abs(east) <= 1e9 AND abs(north) <= 1e9)";
        let unsound: Vec<i64> = list(self.target, sound, |row| row.get(0))?;
        let lost: Vec<i64> = (0..units).filter(|id| !present.contains(id)).collect();
        let mut make = self.target.prepare(
            "INSERT INTO unit VALUES (?1, 'lost-' || ?1, 'Lost ' || ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE SET
             lon = excluded.lon, lat = excluded.lat, area_km2 = excluded.area_km2, west = excluded.west, south = excluded.south,
             east = excluded.east, north = excluded.north",
        )?;
        for &id in lost.iter().chain(&unsound) {
            let shape = topology.shape(UnitId::from_index(id as usize));
            let (bounds, centre) = (shape.bounds(), shape.label_point());
            let (min, max) = (bounds.min, bounds.max);
            let area = shape.area_km2();
            let area = if area.is_finite() { area } else { 0.0 };
            make.execute(params![id, centre.lon, centre.lat, area, min.lon, min.lat, max.lon, max.lat])?;
        }
        drop(make);
        self.say(lost.len(), |lost| {
            format!("{lost} of {units} units have lost their code and name; they are called lost-…")
        });
        self.say(unsound.len(), |count| {
            format!("{count} of {units} units had no usable place or area; it was computed anew")
        });
        Ok(())
    }

    /// The shapes, where all of them can be read.
    fn topology(&self) -> Read<Option<Topology>> {
        let mut blobs: Vec<(String, Vec<u8>)> = Vec::new();
        let mut query = self.target.prepare("SELECT name, value FROM topology")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            if let ValueRef::Blob(blob) = row.get_ref(1)? {
                blobs.push((text(row, 0), blob.to_vec()));
            }
        }
        let arrays = decode_topology(blobs.iter().map(|(name, blob)| (name.as_str(), blob.as_slice())));
        Ok(arrays
            .ok()
            .filter(|arrays| !arrays.unit_starts.is_empty())
            .and_then(|arrays| Topology::from_arrays(arrays).ok()))
    }

    fn accounts(&mut self) -> Read<()> {
        let rows = self.number("SELECT count(*) FROM account")?;
        let last = self.number("SELECT max(id) FROM (SELECT id FROM account UNION ALL SELECT id FROM account_data)")?;
        let accounts = (last + 1).min(rows + MOST_MADE);
        self.target.execute("DELETE FROM account WHERE id < 0 OR id >= ?1", [accounts])?;
        let sql = format!(
            "INSERT OR IGNORE INTO account (id, code, name, lon, lat, placement, unit) WITH RECURSIVE n (i) AS (SELECT 0 WHERE {accounts} > 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {accounts})
             SELECT i, 'lost-' || i, 'Lost ' || i, NULL, NULL, 'unplaced', NULL FROM n WHERE i NOT IN (SELECT id FROM account)"
        );
        self.count(&sql, |lost| {
            format!("{lost} of {accounts} accounts have lost their code, name and place; they are called lost-…")
        })?;
        self.count("UPDATE account SET unit = NULL WHERE unit NOT IN (SELECT id FROM unit)", |count| {
            format!("{count} accounts lay in units that do not exist")
        })
    }

    /// Imported columns that nothing describes any more, and descriptions of columns that are gone.
    fn columns(&mut self, subject: Subject) -> Read<()> {
        let word = subject_word(subject);
        let sql = format!("SELECT name, type FROM pragma_table_info('{word}_data') WHERE name <> 'id' ORDER BY cid");
        let present = list(self.target, &sql, |row| Ok((text(row, 0), text(row, 1))))?;
        let described = |table: &str| -> Read<BTreeSet<String>> {
            let sql = format!("SELECT sql_name FROM {table} WHERE subject = '{word}'");
            Ok(list(self.target, &sql, |row| Ok(text(row, 0)))?.into_iter().collect())
        };
        let (measures, attributes) = (described("measure")?, described("attribute")?);
        let names: BTreeSet<&String> = present.iter().map(|(name, _)| name).collect();
        for gone in measures.iter().chain(&attributes).filter(|name| !names.contains(name)) {
            self.missing.push(format!("The column \"{gone}\" of the {word}s is missing"));
        }
        for gone in measures.iter().filter(|name| !names.contains(name)) {
            // A measure keeps its number, for targets and goals speak of it.
            self.target.execute_batch(&format!("ALTER TABLE {word}_data ADD COLUMN {} REAL", quoted(gone)))?;
        }
        let sql = "DELETE FROM attribute WHERE subject = ?1 AND sql_name NOT IN (SELECT name FROM pragma_table_info(?1 || '_data'))";
        self.target.execute(sql, [word])?;
        for (name, kind) in present.iter().filter(|(name, _)| !measures.contains(name) && !attributes.contains(name)) {
            if kind == "REAL" {
                let sql = "INSERT INTO measure (id, name, unit, subject, aggregate, weight, sql_name) SELECT min(free), ?1, '', ?2, 'sum', NULL, ?1 FROM
                    (SELECT 0 AS free UNION SELECT id + 1 FROM measure) WHERE free NOT IN (SELECT id FROM measure)";
                self.target.execute(sql, [name.as_str(), word])?;
            } else {
                let sql = "INSERT INTO attribute (subject, position, name, sql_name) SELECT ?2, coalesce(max(position), -1) + 1, ?1, ?1 FROM attribute WHERE subject = ?2";
                self.target.execute(sql, [name.as_str(), word])?;
            }
        }
        let columns: Vec<String> = list(
            self.target,
            &format!("SELECT name FROM pragma_table_info('{word}_data') WHERE name <> 'id'"),
            |row| Ok(text(row, 0)),
        )?;
        let selected: String = columns.iter().map(|name| format!(", {word}_data.{}", quoted(name))).collect();
        self.target.execute_batch(&format!(
            "CREATE VIEW v_{word} AS SELECT {word}.*{selected} FROM {word} LEFT JOIN {word}_data ON {word}_data.id = {word}.id;
             DELETE FROM {word}_data WHERE id NOT IN (SELECT id FROM {word})"
        ))?;
        if columns.is_empty() {
            return Ok(());
        }
        self.count(&format!("INSERT OR IGNORE INTO {word}_data (id) SELECT id FROM {word}"), |lost| {
            format!("{lost} {word}s have lost their imported values")
        })
    }

    /// Measures count without gaps.
    fn measures(&mut self) -> Read<()> {
        let last = self.number("SELECT max(id) FROM measure")?.min(65_000);
        self.target.execute("DELETE FROM measure WHERE id < 0 OR id > 65000", [])?;
        let ids: BTreeSet<i64> = list(self.target, "SELECT id FROM measure", |row| row.get(0))?.into_iter().collect();
        for id in (0..=last).filter(|id| !ids.contains(id)).take(1_000) {
            let name = format!("Lost measure {id}");
            let _ = self.target.execute_batch(&format!("ALTER TABLE account_data ADD COLUMN {} REAL", quoted(&name)));
            let sql = "INSERT INTO measure (id, name, unit, subject, aggregate, weight, sql_name) VALUES (?1, ?2, '', 'account', 'sum', NULL, ?2)";
            self.target.execute(sql, params![id, name])?;
            self.missing.push(format!("Measure {} is missing", id + 1));
        }
        self.target.execute_batch(
            "DELETE FROM target WHERE measure NOT IN (SELECT id FROM measure); DELETE FROM goal WHERE measure NOT IN (SELECT id FROM measure)",
        )?;
        Ok(())
    }

    /// Layers that can be read as a whole stay; the others can be read again from the files they came from.
    fn layers(&mut self) -> Read<()> {
        const PARTS: [&str; 5] = ["layer_area", "layer_topology", "layer_column", "layer_value", "unit_in_layer"];
        let found = list(self.target, "SELECT id, name FROM layer ORDER BY id", |row| Ok((row.get(0)?, text(row, 1))))?;
        let mut kept: Vec<i64> = Vec::new();
        for (id, name) in found {
            if kept.len() < MOST_LAYERS && layers::read_one(self.target, id).is_ok() {
                kept.push(id);
            } else {
                self.target.execute("DELETE FROM layer WHERE id = ?1", [id])?;
                self.missing.push(format!("The layer \"{name}\" is missing: add it again from its file"));
            }
        }
        for table in PARTS {
            self.target.execute(&format!("DELETE FROM {table} WHERE layer NOT IN (SELECT id FROM layer)"), [])?;
        }
        self.target.execute("DELETE FROM unit_in_layer WHERE unit NOT IN (SELECT id FROM unit)", [])?;
        // Numbers without gaps: each goes down to a place that is free by then.
        for (at, id) in (0_i64..).zip(kept).filter(|(at, id)| at != id) {
            self.target.execute("UPDATE layer SET id = ?1 WHERE id = ?2", [at, id])?;
            for table in PARTS {
                self.target.execute(&format!("UPDATE {table} SET layer = ?1 WHERE layer = ?2"), [at, id])?;
            }
        }
        Ok(())
    }

    /// Conditions without their segment are of no use.
    fn segments(&mut self) -> Read<()> {
        let lost =
            "SELECT count(DISTINCT segment) FROM segment_group WHERE segment NOT IN (SELECT position FROM segment)";
        let lost = self.number(lost)?;
        if lost > 0 {
            self.missing.push(format!("{lost} segments are missing"));
        }
        self.target.execute_batch(
            r#"DELETE FROM segment_group WHERE segment NOT IN (SELECT position FROM segment);
               DELETE FROM segment_condition WHERE NOT EXISTS (SELECT 1 FROM segment_group
                 WHERE segment_group.segment = segment_condition.segment AND segment_group."group" = segment_condition."group")"#,
        )?;
        Ok(())
    }

    fn reps(&mut self) -> Read<()> {
        self.target.execute("DELETE FROM rep WHERE id NOT BETWEEN 0 AND 65534", [])?;
        let reps = self.number("SELECT max(id) FROM rep")? + 1;
        let sql = format!(
            "INSERT OR IGNORE INTO rep WITH RECURSIVE n (i) AS (SELECT 0 WHERE {reps} > 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {reps})
             SELECT i, 'lost-' || i, 'Lost rep ' || (i + 1), NULL, NULL, '', NULL, '' FROM n WHERE i NOT IN (SELECT id FROM rep)"
        );
        self.count(&sql, |lost| format!("{lost} reps have lost their name; they are called Lost rep …"))
    }

    fn plans(&mut self) -> Read<()> {
        let named = "SELECT plan FROM territory UNION SELECT plan FROM assignment UNION SELECT plan FROM override";
        let sql = format!(
            "INSERT OR IGNORE INTO plan (id, name) SELECT plan, 'Plan ' || plan FROM ({named}) WHERE plan NOT IN (SELECT id FROM plan)"
        );
        self.count(&sql, |lost| format!("{lost} plans have lost their name"))?;
        if self.number("SELECT count(*) FROM plan")? == 0 {
            self.target.execute("INSERT INTO plan (id, name) VALUES (1, 'Plan')", [])?;
            self.missing.push("There is no plan left".to_owned());
        }
        self.target.execute_batch(
            "UPDATE project SET active_plan = (SELECT min(id) FROM plan) WHERE active_plan NOT IN (SELECT id FROM plan);
             DELETE FROM metric WHERE plan NOT IN (SELECT id FROM plan); DELETE FROM level WHERE plan NOT IN (SELECT id FROM plan);
             DELETE FROM territory_group WHERE plan NOT IN (SELECT id FROM plan); DELETE FROM comment WHERE plan NOT IN (SELECT id FROM plan);
             UPDATE plan SET parent = NULL WHERE parent NOT IN (SELECT id FROM plan);
             UPDATE project SET reference_plan = NULL WHERE reference_plan NOT IN (SELECT id FROM plan)",
        )?;
        Ok(())
    }

    /// Levels without gaps; every group below one of a higher level, or below none.
    fn groups(&mut self) -> Read<()> {
        let most = MOST_LEVELS as i64;
        self.count(
            &format!(
                "DELETE FROM territory_group WHERE typeof(level) <> 'integer' OR level NOT BETWEEN 0 AND {most} - 1"
            ),
            |lost| format!("{lost} groups stood on a level that cannot be"),
        )?;
        self.target.execute(&format!("DELETE FROM level WHERE position NOT BETWEEN 0 AND {most} - 1"), [])?;
        let sql = "INSERT OR IGNORE INTO level WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 255),
            top (plan, position) AS (SELECT plan, max(level) FROM (SELECT plan, level FROM territory_group UNION ALL SELECT plan, position FROM level) GROUP BY plan)
            SELECT top.plan, n.i, 'Level ' || (n.i + 1) FROM top JOIN n ON n.i <= top.position";
        self.count(sql, |lost| format!("{lost} levels above territories have lost their name"))?;
        let sql = "UPDATE territory_group SET parent = NULL WHERE parent IS NOT NULL AND NOT EXISTS (SELECT 1 FROM territory_group AS above
            WHERE above.plan = territory_group.plan AND above.id = territory_group.parent AND above.level > territory_group.level)";
        self.count(sql, |lost| format!("{lost} groups have lost the group above them"))?;
        self.target.execute("UPDATE territory_group SET rep = NULL WHERE rep NOT IN (SELECT id FROM rep)", [])?;
        Ok(())
    }

    /// Whoever owns something exists.
    fn territories(&mut self) -> Read<()> {
        for table in ["assignment", "override"] {
            self.count(
                &format!(
                    "UPDATE {table} SET territory = NULL WHERE territory IS NOT NULL
                     AND (typeof(territory) <> 'integer' OR territory NOT BETWEEN 1 AND 65535)"
                ),
                |lost| format!("{lost} rows of the table \"{table}\" name a territory that cannot be"),
            )?;
        }
        let sql = "INSERT OR IGNORE INTO territory SELECT plan, territory, 'Lost territory ' || territory, '#808080', NULL, 0, '', NULL
            FROM (SELECT plan, territory FROM assignment UNION SELECT plan, territory FROM override UNION SELECT plan, territory FROM target)
            AS named WHERE territory BETWEEN 1 AND 65535
            AND NOT EXISTS (SELECT 1 FROM territory WHERE territory.plan = named.plan AND territory.id = named.territory)";
        self.count(sql, |lost| {
            format!("{lost} territories have lost their name and rep; they are called Lost territory …")
        })?;
        self.target.execute_batch(
            "UPDATE territory SET rep = NULL WHERE rep NOT IN (SELECT id FROM rep);
             UPDATE territory SET parent = NULL WHERE parent IS NOT NULL AND NOT EXISTS
               (SELECT 1 FROM territory_group AS above WHERE above.plan = territory.plan AND above.id = territory.parent);
             DELETE FROM target WHERE NOT EXISTS (SELECT 1 FROM territory WHERE territory.plan = target.plan AND territory.id = target.territory)",
        )?;
        Ok(())
    }

    /// One row for every unit; nothing about units and accounts that do not exist.
    fn owners(&mut self) -> Read<()> {
        for (table, column, of) in [
            ("assignment", "unit", "unit"),
            ("locked_unit", "unit", "unit"),
            ("adjacency", "a", "unit"),
            ("adjacency", "b", "unit"),
            ("override", "account", "account"),
            ("locked_account", "account", "account"),
        ] {
            self.count(
                &format!("DELETE FROM {table} WHERE {column} NOT IN (SELECT id FROM {of}) OR plan NOT IN (SELECT id FROM plan)"),
                |lost| format!("{lost} rows of the table \"{table}\" are about {of}s or plans that do not exist"),
            )?;
        }
        let sql = "INSERT OR IGNORE INTO assignment SELECT plan.id, unit.id, NULL FROM plan CROSS JOIN unit";
        self.count(sql, |lost| {
            format!("{lost} units have lost their territory (counted in every plan); they are unassigned")
        })
    }

    /// Steps speak of what may be lost: the trail stays to be read, and the undo history begins anew.
    fn history(&mut self) -> Read<()> {
        self.count("UPDATE journal SET step = NULL WHERE step IS NOT NULL", |steps| {
            format!("{steps} steps cannot be undone any more; the journal still names them")
        })?;
        self.target.execute("UPDATE plan SET applied = 0, generation = generation + 1", [])?;
        Ok(())
    }

    /// Carries a statement out, and says how many rows it was about.
    fn count(&mut self, sql: &str, words: impl Fn(&str) -> String) -> Read<()> {
        let count = self.target.execute(sql, [])?;
        self.say(count, words);
        Ok(())
    }

    fn say(&mut self, count: usize, words: impl Fn(&str) -> String) {
        if count > 0 {
            self.missing.push(words(&count.to_string()));
        }
    }

    /// A number; −1 where there is none.
    fn number(&self, sql: &str) -> Read<i64> {
        Ok(self.target.query_row(sql, [], |row| row.get::<_, Option<i64>>(0))?.unwrap_or(-1))
    }
}
