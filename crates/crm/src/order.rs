//! Positions: 0, 1, 2, … without gaps, whatever is put in, moved or taken out.

use store::{AsParam, params};

use crate::error::Result;
use crate::work::Work;

/// Puts `id` at `position` among the others; beyond the end is the end. None leaves it where it is, or puts it last.
pub(crate) fn place<T: PartialEq + Copy>(ids: &mut Vec<T>, id: T, position: Option<i64>) {
    let at = ids.iter().position(|known| *known == id);
    let Some(position) = position.or_else(|| at.map(|at| at as i64)) else { return ids.push(id) };
    ids.retain(|known| *known != id);
    let at = usize::try_from(position).unwrap_or(0).min(ids.len());
    ids.insert(at, id);
}

/// Writes the positions that are others now. Those rows are another version then: their answer changed. `table` is one
/// of ours, `skip` the row that its own verb writes.
pub(crate) fn save<T: AsParam + PartialEq>(
    w: &mut Work<'_, '_>,
    table: &str,
    wanted: &[T],
    current: impl Fn(&T) -> Option<i64>,
    skip: &T,
) -> Result<()> {
    let sql = format!(
        "UPDATE {table} SET position = $3, version = version + 1, updated_at = $4 WHERE organization_id = $1 AND id = $2"
    );
    for (position, id) in wanted.iter().enumerate() {
        let position = position as i64;
        if id != skip && current(id) != Some(position) {
            w.tx.execute(&sql, params![w.caller.organization, id, position, w.now])?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places_close_up() {
        for (id, position, wanted) in [
            (2, Some(0), &[2, 1, 3][..]),
            (1, Some(2), &[2, 3, 1]),
            (1, Some(99), &[2, 3, 1]),
            (3, Some(-5), &[3, 1, 2]),
            (2, None, &[1, 2, 3]),
            (4, None, &[1, 2, 3, 4]),
            (4, Some(1), &[1, 4, 2, 3]),
        ] {
            let mut ids = vec![1, 2, 3];
            place(&mut ids, id, position);
            assert_eq!(ids, wanted, "{id} at {position:?}");
        }
    }
}
