//! Optimal assignment of leaves to fields.

use rustc_hash::FxHashSet;

/// One possible placement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub leaf: usize,
    pub field: usize,
    /// Above 0: what the placement is worth.
    pub gain: f32,
}

/// Above this many rows or columns in one component the best-first assignment stands.
const LARGEST: usize = 48;

/// Chooses edges with the largest sum of gains, each leaf and each field at most once.
///
/// Components are solved apart (most have one leaf or one field); a large one is solved best first, in n log n.
pub(crate) fn assign(edges: &[Edge]) -> Vec<Edge> {
    if edges.len() < 2 {
        return edges.to_vec();
    }
    let mut chosen = Vec::new();
    for component in components(edges) {
        let leaves = distinct(component.iter().map(|edge| edge.leaf));
        let fields = distinct(component.iter().map(|edge| edge.field));
        if leaves.len() == 1 || fields.len() == 1 || leaves.len() > LARGEST || fields.len() > LARGEST {
            chosen.extend(best_first(component));
        } else {
            chosen.extend(hungarian(&component, &leaves, &fields));
        }
    }
    chosen
}

fn distinct(items: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut list: Vec<usize> = items.collect();
    list.sort_unstable();
    list.dedup();
    list
}

/// Edges that share leaves or fields, directly or through others, belong together.
fn components(edges: &[Edge]) -> Vec<Vec<Edge>> {
    let most = |pick: fn(&Edge) -> usize| edges.iter().map(pick).max().map_or(0, |top| top + 1);
    let leaves = most(|edge| edge.leaf);
    let mut parent: Vec<usize> = (0..leaves + most(|edge| edge.field)).collect();
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    for edge in edges {
        let (a, b) = (root(&mut parent, edge.leaf), root(&mut parent, leaves + edge.field));
        parent[a] = b;
    }
    let mut grouped: Vec<(usize, Edge)> = edges.iter().map(|edge| (root(&mut parent, edge.leaf), *edge)).collect();
    grouped.sort_by_key(|(group, _)| *group);
    grouped.chunk_by(|a, b| a.0 == b.0).map(|chunk| chunk.iter().map(|(_, edge)| *edge).collect()).collect()
}

fn best_first(mut edges: Vec<Edge>) -> Vec<Edge> {
    edges.sort_by(|a, b| b.gain.total_cmp(&a.gain).then(a.leaf.cmp(&b.leaf)).then(a.field.cmp(&b.field)));
    let mut chosen: Vec<Edge> = Vec::new();
    if edges.len() < 2 {
        return edges;
    }
    let (mut leaves, mut fields) = (FxHashSet::default(), FxHashSet::default());
    for edge in edges {
        if !leaves.contains(&edge.leaf) && !fields.contains(&edge.field) {
            leaves.insert(edge.leaf);
            fields.insert(edge.field);
            chosen.push(edge);
        }
    }
    chosen
}

/// Kuhn–Munkres with potentials on the square matrix of costs, absent edges costing nothing.
fn hungarian(edges: &[Edge], leaves: &[usize], fields: &[usize]) -> Vec<Edge> {
    let n = leaves.len().max(fields.len());
    let mut cost = vec![vec![0.0_f32; n + 1]; n + 1];
    for edge in edges {
        let row = leaves.binary_search(&edge.leaf).unwrap_or(0) + 1;
        let column = fields.binary_search(&edge.field).unwrap_or(0) + 1;
        cost[row][column] = cost[row][column].min(-edge.gain);
    }
    let (mut u, mut v) = (vec![0.0_f32; n + 1], vec![0.0_f32; n + 1]);
    let mut matched = vec![0_usize; n + 1];
    for row in 1..=n {
        let mut way = vec![0_usize; n + 1];
        let mut least = vec![f32::INFINITY; n + 1];
        let mut used = vec![false; n + 1];
        matched[0] = row;
        let mut column = 0;
        loop {
            used[column] = true;
            let current = matched[column];
            let (mut delta, mut next) = (f32::INFINITY, 0);
            for j in 1..=n {
                if used[j] {
                    continue;
                }
                let reduced = cost[current][j] - u[current] - v[j];
                if reduced < least[j] {
                    least[j] = reduced;
                    way[j] = column;
                }
                if least[j] < delta {
                    delta = least[j];
                    next = j;
                }
            }
            if next == 0 {
                break;
            }
            for j in 0..=n {
                if used[j] {
                    u[matched[j]] += delta;
                    v[j] -= delta;
                } else {
                    least[j] -= delta;
                }
            }
            column = next;
            if matched[column] == 0 {
                break;
            }
        }
        while column != 0 {
            let before = way[column];
            matched[column] = matched[before];
            column = before;
        }
    }
    edges
        .iter()
        .filter(|edge| {
            let row = leaves.binary_search(&edge.leaf).map_or(0, |at| at + 1);
            let column = fields.binary_search(&edge.field).map_or(0, |at| at + 1);
            column > 0 && matched[column] == row
        })
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(leaf: usize, field: usize, gain: f32) -> Edge {
        Edge { leaf, field, gain }
    }

    #[test]
    fn the_sum_is_largest_not_the_first_choice() {
        // Best first would take 0→0 (0.9) and leave 1 with nothing.
        let chosen = assign(&[edge(0, 0, 0.9), edge(0, 1, 0.8), edge(1, 0, 0.85)]);
        let mut pairs: Vec<(usize, usize)> = chosen.iter().map(|edge| (edge.leaf, edge.field)).collect();
        pairs.sort_unstable();
        assert_eq!(pairs, [(0, 1), (1, 0)]);
        assert!(assign(&[]).is_empty());
    }

    #[test]
    fn it_is_optimal_on_small_matrices() {
        let mut seed = 7_u32;
        let mut random = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f32::from(u16::try_from(seed >> 20).unwrap()) / 4096.0
        };
        for _ in 0..50 {
            let gains: Vec<Vec<f32>> = (0..4).map(|_| (0..4).map(|_| random()).collect()).collect();
            let edges: Vec<Edge> = (0..16).map(|at| edge(at / 4, at % 4, gains[at / 4][at % 4])).collect();
            let got: f32 = assign(&edges).iter().map(|edge| edge.gain).sum();
            let mut best = 0.0_f32;
            let mut order = [0, 1, 2, 3];
            permute(&mut order, 0, &mut |order| best = best.max((0..4).map(|leaf| gains[leaf][order[leaf]]).sum()));
            assert!((got - best).abs() < 1e-4, "{got} {best}");
        }
    }

    fn permute(order: &mut [usize; 4], at: usize, visit: &mut dyn FnMut(&[usize; 4])) {
        if at == 4 {
            return visit(order);
        }
        for other in at..4 {
            order.swap(at, other);
            permute(order, at + 1, visit);
            order.swap(at, other);
        }
    }
}
