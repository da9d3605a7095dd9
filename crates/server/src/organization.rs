//! Which organization a command means.

use clap::Args;
use crm::id::OrganizationId;
use crm::{Caller, Crm};
use store::{Priority, Tx, params};

use crate::cli::Failure;

#[derive(Debug, Args)]
pub struct OrganizationArgument {
    /// Id or name of the organization; needed where there are several
    #[arg(long, value_name = "ID|NAME")]
    pub organization: Option<String>,
}

#[derive(Debug)]
struct Known {
    id: OrganizationId,
    name: String,
}

/// Acts as the program itself in the organization that is meant.
pub fn caller(crm: &Crm, argument: &OrganizationArgument) -> Result<Caller, Failure> {
    let read = |tx: &mut Tx<'_>| -> Result<Vec<Known>, store::Error> {
        let rows = tx.query("SELECT id, name FROM organizations ORDER BY created_at, id", params![])?;
        rows.iter().map(|row| Ok(Known { id: row.get("id")?, name: row.get("name")? })).collect()
    };
    let all = crm.db().read_blocking(Priority::Interactive, read)?;
    choose(&all, argument.organization.as_deref()).map(|known| Caller::system(known.id))
}

fn choose<'k>(all: &'k [Known], wanted: Option<&str>) -> Result<&'k Known, Failure> {
    let list =
        |some: &[&Known]| some.iter().map(|k| format!("{}  {}", k.id, k.name)).collect::<Vec<_>>().join("\n        ");
    let fitting: Vec<&Known> = match wanted {
        None => all.iter().collect(),
        Some(wanted) => {
            let name = structuring::fold(wanted);
            all.iter().filter(|k| k.id.to_string() == wanted.trim() || structuring::fold(&k.name) == name).collect()
        }
    };
    match (fitting.as_slice(), wanted) {
        ([one], _) => Ok(one),
        ([], _) if all.is_empty() => Err(Failure::usage("there is no organization yet; `recado init` makes one")),
        ([], _) => {
            let all: Vec<&Known> = all.iter().collect();
            Err(Failure::usage(format!("there is no such organization; there are\n        {}", list(&all))))
        }
        (several, _) => {
            Err(Failure::usage(format!("say which one with --organization ID:\n        {}", list(several))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_one_needs_no_name() {
        let known = |n: u128, name: &str| Known { id: OrganizationId(uuid_of(n)), name: name.to_owned() };
        let one = [known(1, "Óptica Sol")];
        let two = [known(1, "Óptica Sol"), known(2, "Panadería")];
        assert!(choose(&one, None).is_ok());
        assert!(choose(&two, None).unwrap_err().message.contains("--organization"));
        assert_eq!(choose(&two, Some("panaderia")).unwrap().name, "Panadería");
        assert_eq!(choose(&two, Some(&two[0].id.to_string())).unwrap().name, "Óptica Sol");
        assert!(choose(&two, Some("x")).unwrap_err().message.contains("Panadería"));
        assert!(choose(&[], None).unwrap_err().message.contains("init"));
    }

    fn uuid_of(n: u128) -> uuid::Uuid {
        uuid::Uuid::from_u128(n)
    }
}
