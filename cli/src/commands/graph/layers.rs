//! Which column a box stands in.
//!
//! What is referred to stands left of what refers to it, as far as the references have no cycle; a column that is full
//! passes boxes on to the next one, as in Coffman and Graham's layering.

/// Boxes by their number, and references between them.
pub(super) struct Graph<'g> {
    /// The height of each box.
    pub(super) heights: &'g [f64],
    /// `(parent, child)`, without references of a box to itself.
    pub(super) edges: &'g [(usize, usize)],
}

/// The column of each box, none higher than `limit` unless a single box is.
pub(super) fn columns(graph: &Graph<'_>, limit: f64) -> Vec<usize> {
    let count = graph.heights.len();
    let edges = without_cycles(count, graph.edges);
    let mut parents = vec![Vec::new(); count];
    let mut children = vec![Vec::new(); count];
    for &(parent, child) in &edges {
        parents[child].push(parent);
        children[parent].push(child);
    }
    let order = topological(&parents, &children);
    let mut filled: Vec<f64> = Vec::new();
    let mut columns = vec![0; count];
    for &node in &order {
        let after = parents[node].iter().map(|&it| columns[it] + 1).max();
        let mut column = after.unwrap_or(0);
        while filled
            .get(column)
            .is_some_and(|&height| height > 0.0 && height + graph.heights[node] > limit)
        {
            column += 1;
        }
        if filled.len() <= column {
            filled.resize(column + 1, 0.0);
        }
        filled[column] += graph.heights[node];
        columns[node] = column;
    }
    pull(
        graph,
        limit,
        &order,
        &parents,
        &children,
        &mut columns,
        &mut filled,
    );
    columns
}

/// Moves what has more children than parents next to its children.
fn pull(
    graph: &Graph<'_>,
    limit: f64,
    order: &[usize],
    parents: &[Vec<usize>],
    children: &[Vec<usize>],
    columns: &mut [usize],
    filled: &mut [f64],
) {
    for &node in order.iter().rev() {
        let Some(nearest) = children[node].iter().map(|&it| columns[it]).min() else {
            continue;
        };
        let mut wanted = nearest.saturating_sub(1);
        if children[node].len() <= parents[node].len() {
            continue;
        }
        while wanted > columns[node] && filled[wanted] + graph.heights[node] > limit {
            wanted -= 1;
        }
        if wanted > columns[node] {
            filled[columns[node]] -= graph.heights[node];
            filled[wanted] += graph.heights[node];
            columns[node] = wanted;
        }
    }
}

/// The edges, those turned round that would close a cycle.
fn without_cycles(count: usize, edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut children = vec![Vec::new(); count];
    let mut referred = vec![0_usize; count];
    for &(parent, child) in edges {
        children[parent].push(child);
        referred[child] += 1;
    }
    let mut states = vec![State::New; count];
    let mut out = Vec::with_capacity(edges.len());
    // What refers to nothing comes first, so that few edges are turned.
    let mut starts: Vec<usize> = (0..count).collect();
    starts.sort_by_key(|&node| referred[node]);
    for start in starts {
        if states[start] != State::New {
            continue;
        }
        states[start] = State::Open;
        let mut stack = vec![(start, 0)];
        while let Some((node, next)) = stack.last_mut() {
            let node = *node;
            let Some(&child) = children[node].get(*next) else {
                states[node] = State::Done;
                stack.pop();
                continue;
            };
            *next += 1;
            if states[child] == State::Open {
                out.push((child, node));
            } else {
                out.push((node, child));
                if states[child] == State::New {
                    states[child] = State::Open;
                    stack.push((child, 0));
                }
            }
        }
    }
    out
}

/// Parents before children; of those that are free, in the order of the schema.
fn topological(parents: &[Vec<usize>], children: &[Vec<usize>]) -> Vec<usize> {
    let mut waiting: Vec<usize> = parents.iter().map(Vec::len).collect();
    let mut free: std::collections::VecDeque<usize> =
        (0..parents.len()).filter(|&it| waiting[it] == 0).collect();
    let mut order = Vec::with_capacity(parents.len());
    while let Some(node) = free.pop_front() {
        order.push(node);
        for &child in &children[node] {
            waiting[child] -= 1;
            if waiting[child] == 0 {
                free.push_back(child);
            }
        }
    }
    order
}

/// Boxes that references connect, each group in the order of the schema.
pub(super) fn groups(count: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut neighbours = vec![Vec::new(); count];
    for &(a, b) in edges {
        neighbours[a].push(b);
        neighbours[b].push(a);
    }
    let mut seen = vec![false; count];
    let mut groups = Vec::new();
    for start in 0..count {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        let mut group = vec![start];
        let mut at = 0;
        while let Some(&node) = group.get(at) {
            for &next in &neighbours[node] {
                if !std::mem::replace(&mut seen[next], true) {
                    group.push(next);
                }
            }
            at += 1;
        }
        group.sort_unstable();
        groups.push(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::{Graph, columns, groups};

    #[test]
    fn what_is_referred_to_stands_further_left() {
        let graph = Graph {
            heights: &[1.0; 4],
            edges: &[(0, 1), (1, 2), (0, 2), (3, 2)],
        };
        assert_eq!(columns(&graph, 100.0), [0, 1, 2, 1]);
    }

    #[test]
    fn a_cycle_is_cut_at_one_edge() {
        let graph = Graph {
            heights: &[1.0; 3],
            edges: &[(0, 1), (1, 2), (2, 0)],
        };
        assert_eq!(columns(&graph, 100.0), [0, 1, 2]);
    }

    #[test]
    fn a_full_column_passes_on() {
        let edges: Vec<(usize, usize)> = (1..7).map(|child| (0, child)).collect();
        let graph = Graph {
            heights: &[1.0; 7],
            edges: &edges,
        };
        assert_eq!(columns(&graph, 2.0), [0, 1, 1, 2, 2, 3, 3]);
    }

    #[test]
    fn groups_are_what_references_connect() {
        assert_eq!(
            groups(5, &[(3, 0), (2, 4)]),
            vec![vec![0, 3], vec![1], vec![2, 4]]
        );
    }
}
