//! What the CRM has already, from its own exports: territories, users, who is in which territory. What a table is of is told by its
//! columns, so that the file of successes that Data Loader writes after an insert does as well as a report.

use std::collections::HashMap;

use super::ids;
use crate::error::UserError;
use crate::io::table::{Table, list_of};

/// Everything that the exports say.
#[derive(Debug, Default)]
pub struct Known {
    /// A table of territories was given, so that one which is not in it does not exist.
    pub has_territories: bool,
    pub territories: Vec<Territory>,
    pub users: Vec<User>,
    /// A table of them was given.
    pub has_account_links: bool,
    /// Accounts in territories, by [`ids::key`] of the account.
    pub account_links: HashMap<String, Vec<Link>>,
    pub has_user_links: bool,
    /// Users in territories, by [`ids::key`] of the territory: the other one is the user.
    pub user_links: HashMap<String, Vec<Link>>,
}

#[derive(Debug)]
pub struct Territory {
    pub id: String,
    pub name: String,
    pub developer_name: String,
    /// `None`: the table does not say.
    pub parent: Option<String>,
}

#[derive(Debug)]
pub struct User {
    /// Empty in exports that have none.
    pub id: String,
    pub email: String,
    pub name: String,
    /// Employee number, user name and what else may be the code of a rep, in small letters.
    pub codes: Vec<String>,
    pub active: bool,
}

/// A record that joins two others.
#[derive(Debug)]
pub struct Link {
    pub id: String,
    /// [`ids::key`] of the other one.
    pub other: String,
    /// A rule made it, and would make it again.
    pub by_rule: bool,
}

impl Known {
    /// Takes what a table says, and tells what that was: "12 territories".
    ///
    /// # Errors
    /// A table whose columns are not those of any of these.
    pub fn add(&mut self, table: &Table) -> Result<String, UserError> {
        let find = |names: &[&str]| names.iter().find_map(|name| table.find(name));
        let id = find(&["Id", "Record ID"]);
        let territory = find(&["Territory2Id", "Territory ID"]);
        let rows = || 0..table.len();
        let cell = |row: usize, column: Option<usize>| column.map_or("", |column| table.cell(row, column));
        let count = table.len();
        if let (Some(account), Some(territory)) = (find(&["ObjectId", "Object ID"]), territory) {
            let cause = find(&["AssociationCause"]);
            self.has_account_links = true;
            for row in rows() {
                self.account_links.entry(ids::key(table.cell(row, account)).to_owned()).or_default().push(Link {
                    id: cell(row, id).to_owned(),
                    other: ids::key(table.cell(row, territory)).to_owned(),
                    by_rule: cell(row, cause).eq_ignore_ascii_case("Territory2AssignmentRule"),
                });
            }
            return Ok(counted(count, "account in a territory", "accounts in territories"));
        }
        if let (Some(user), Some(territory)) = (find(&["UserId"]), territory) {
            self.has_user_links = true;
            for row in rows() {
                self.user_links.entry(ids::key(table.cell(row, territory)).to_owned()).or_default().push(Link {
                    id: cell(row, id).to_owned(),
                    other: ids::key(table.cell(row, user)).to_owned(),
                    by_rule: false,
                });
            }
            return Ok(counted(count, "user in a territory", "users in territories"));
        }
        let developer_name = find(&["DeveloperName", "Developer Name"]);
        let parent = find(&["ParentTerritory2Id"]);
        if let (Some(id), true) =
            (id, developer_name.is_some() || parent.is_some() || table.find("Territory2ModelId").is_some())
        {
            let name = find(&["Name", "Territory Label"]);
            self.has_territories = true;
            let new = rows().map(|row| Territory {
                id: table.cell(row, id).to_owned(),
                name: cell(row, name).to_owned(),
                developer_name: cell(row, developer_name).to_owned(),
                parent: parent.map(|parent| table.cell(row, parent).to_owned()),
            });
            self.territories.extend(new.filter(|territory| ids::is_id(&territory.id)));
            return Ok(counted(count, "territory", "territories"));
        }
        let email = find(&["Email", "Email Address", "User Email"]);
        let codes: Vec<usize> =
            ["Username", "EmployeeNumber", "Employee Number", "FederationIdentifier", "Alias", "Rep Code"]
                .iter()
                .filter_map(|name| table.find(name))
                .chain(email)
                .collect();
        if !codes.is_empty() {
            let id = id.or(find(&["User ID", "UserId"]));
            let name = find(&["Name", "Full Name", "User"]);
            let [first, last] =
                ["First", "Last"].map(|which| find(&[&format!("{which}Name"), &format!("{which} Name")]));
            let active = find(&["IsActive", "Active"]);
            for row in rows() {
                let in_two = format!("{} {}", cell(row, first), cell(row, last));
                let name = if name.is_some() { cell(row, name) } else { in_two.trim() };
                self.users.push(User {
                    id: Some(cell(row, id)).filter(|id| ids::is_id(id)).unwrap_or_default().to_owned(),
                    email: cell(row, email).to_owned(),
                    name: name.to_owned(),
                    codes: codes.iter().map(|&code| table.cell(row, code).to_lowercase()).collect(),
                    active: !matches!(cell(row, active).to_ascii_lowercase().as_str(), "false" | "0" | "no"),
                });
            }
            return Ok(counted(count, "user", "users"));
        }
        Err(UserError::new(format!("Could not take Ids from {}", table.file))
            .because(format!(
                "it has neither the columns of territories (Id, Name, DeveloperName), of users (Id, Name, Email) nor of \
                 associations (Id, ObjectId or UserId, Territory2Id); its columns are {}",
                list_of(&table.columns)
            ))
            .hint("export these columns with Data Loader, or give the file of successes that it wrote"))
    }

    /// The user that is a rep: by the code, else by the name where only one has it.
    pub fn user(&self, code: &str, name: &str) -> Option<&User> {
        let (code, name) = (code.trim().to_lowercase(), name.trim().to_lowercase());
        let by_code = self.users.iter().find(|user| !code.is_empty() && user.codes.contains(&code));
        by_code.or_else(|| {
            let mut named = self.users.iter().filter(|user| !name.is_empty() && user.name.to_lowercase() == name);
            let first = named.next()?;
            named.next().is_none().then_some(first)
        })
    }

    /// The territory of that Id.
    pub fn territory(&self, id: &str) -> Option<&Territory> {
        self.territories.iter().find(|territory| ids::key(&territory.id) == ids::key(id))
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", crate::io::grouped(count), if count == 1 { one } else { many })
}
