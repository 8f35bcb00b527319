//! A group of connected boxes.
//!
//! Columns come from `layers`. An edge that passes a column reserves a lane in it. Sweeps over the columns, there and
//! back, order boxes and lanes by what they are connected with, and put each as near to that as the others let it.

use super::diagram::Diagram;
use super::layers::{self, Graph};
use super::layout::{AISLE, GAP, Rect, Route, row_y};

/// Height of a lane.
const LANE: f64 = 14.0;
/// Most room between columns.
const WIDE_AISLE: f64 = 190.0;
const SWEEPS: usize = 24;

/// A box or a lane in a column.
struct Node {
    /// `None` is a lane.
    entity: Option<usize>,
    column: usize,
    y: f64,
    height: f64,
    /// What it is connected with: here from its top, the node there, and there from its top.
    left: Vec<(f64, usize, f64)>,
    right: Vec<(f64, usize, f64)>,
}

/// Boxes that are connected.
pub(super) struct Tangle {
    nodes: Vec<Node>,
    /// The nodes of each column, from the top.
    columns: Vec<Vec<usize>>,
    /// For each edge of the diagram that is here: its number, and its nodes from the child to the parent.
    chains: Vec<(usize, Vec<usize>)>,
    widths: Vec<f64>,
}

impl Tangle {
    pub(super) fn new(diagram: &Diagram, boxes: &[Rect], group: &[usize], limit: f64) -> Self {
        let here = |entity: usize| group.binary_search(&entity).ok();
        let heights: Vec<f64> = group.iter().map(|&it| boxes[it].height + GAP).collect();
        let edges: Vec<(usize, usize)> = diagram
            .edges
            .iter()
            .filter(|edge| edge.from.entity != edge.to.entity)
            .filter_map(|edge| Some((here(edge.to.entity)?, here(edge.from.entity)?)))
            .collect();
        let columns = layers::columns(
            &Graph {
                heights: &heights,
                edges: &edges,
            },
            limit,
        );
        let last = columns.iter().max().map_or(0, |&last| last);
        let mut tangle = Self {
            nodes: Vec::new(),
            columns: vec![Vec::new(); last + 1],
            chains: Vec::new(),
            widths: vec![0.0; last + 1],
        };
        for (place, &entity) in group.iter().enumerate() {
            let column = columns[place];
            tangle.add(Some(entity), column, boxes[entity].height);
            tangle.widths[column] = tangle.widths[column].max(boxes[entity].width);
        }
        for (number, edge) in diagram.edges.iter().enumerate() {
            let (Some(child), Some(parent)) = (here(edge.from.entity), here(edge.to.entity)) else {
                continue;
            };
            if child != parent {
                let ends = (row_y(edge.from.row), row_y(edge.to.row));
                tangle.connect(number, child, parent, ends);
            }
        }
        tangle
    }

    fn add(&mut self, entity: Option<usize>, column: usize, height: f64) -> usize {
        let below = self.columns[column].last().map_or(0.0, |&last| {
            self.nodes[last].y + self.nodes[last].height + GAP
        });
        self.nodes.push(Node {
            entity,
            column,
            y: below,
            height,
            left: Vec::new(),
            right: Vec::new(),
        });
        self.columns[column].push(self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// Adds an edge with a lane in each column between.
    fn connect(&mut self, number: usize, child: usize, parent: usize, ends: (f64, f64)) {
        let (from, to) = (self.nodes[child].column, self.nodes[parent].column);
        let mut chain = vec![child];
        let between: Vec<usize> = if to < from {
            (to + 1..from).rev().collect()
        } else {
            (from + 1..to).collect()
        };
        for column in between {
            chain.push(self.add(None, column, LANE));
        }
        chain.push(parent);
        for (at, pair) in chain.windows(2).enumerate() {
            let here = if at == 0 { ends.0 } else { LANE / 2.0 };
            let there = if at + 2 == chain.len() {
                ends.1
            } else {
                LANE / 2.0
            };
            let (one, other) = (pair[0], pair[1]);
            if self.nodes[one].column > self.nodes[other].column {
                self.nodes[one].left.push((here, other, there));
                self.nodes[other].right.push((there, one, here));
            } else {
                self.nodes[one].right.push((here, other, there));
                self.nodes[other].left.push((there, one, here));
            }
        }
        self.chains.push((number, chain));
    }

    /// Orders and places, there and back, and keeps the best.
    pub(super) fn sweep(&mut self) {
        let mut best: Option<(f64, Vec<f64>, Vec<Vec<usize>>)> = None;
        for sweep in 0..SWEEPS {
            let ordering = sweep < SWEEPS * 2 / 3;
            let count = self.columns.len();
            let both = sweep % 3 == 2;
            for step in 0..count {
                let column = if sweep % 2 == 0 {
                    step
                } else {
                    count - 1 - step
                };
                self.settle(column, sweep % 2 == 0, both, ordering);
            }
            let length = self.length();
            if best.as_ref().is_none_or(|(least, ..)| length < *least) {
                let places = self.nodes.iter().map(|node| node.y).collect();
                best = Some((length, places, self.columns.clone()));
            }
        }
        if let Some((_, places, columns)) = best {
            for (node, y) in self.nodes.iter_mut().zip(places) {
                node.y = y;
            }
            self.columns = columns;
        }
    }

    /// Moves the nodes of a column to where their neighbours want them.
    fn settle(&mut self, column: usize, from_left: bool, both: bool, ordering: bool) {
        let wanted = |node: &Node| {
            let ends = |side: &[(f64, usize, f64)]| {
                side.iter()
                    .map(|&(here, other, there)| self.nodes[other].y + there - here)
                    .collect::<Vec<f64>>()
            };
            let mut all = match (from_left, both) {
                (true, false) if !node.left.is_empty() => ends(&node.left),
                (false, false) if !node.right.is_empty() => ends(&node.right),
                _ => [ends(&node.left), ends(&node.right)].concat(),
            };
            if all.is_empty() {
                return node.y;
            }
            all.sort_by(f64::total_cmp);
            let middle = all.len() / 2;
            if all.len() % 2 == 1 {
                all[middle]
            } else {
                f64::midpoint(all[middle - 1], all[middle])
            }
        };
        let mut order: Vec<(usize, f64)> = self.columns[column]
            .iter()
            .map(|&it| (it, wanted(&self.nodes[it])))
            .collect();
        if ordering {
            let middle = |&(it, y): &(usize, f64)| y + self.nodes[it].height / 2.0;
            order.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
        }
        let heights: Vec<f64> = order
            .iter()
            .enumerate()
            .map(|(at, &(it, _))| {
                let lanes = self.nodes[it].entity.is_none()
                    && order
                        .get(at + 1)
                        .is_some_and(|&(next, _)| self.nodes[next].entity.is_none());
                self.nodes[it].height + if lanes { 0.0 } else { GAP }
            })
            .collect();
        let wishes: Vec<f64> = order.iter().map(|&(_, y)| y).collect();
        for (&(it, _), y) in order.iter().zip(spread(&wishes, &heights)) {
            self.nodes[it].y = y;
        }
        self.columns[column] = order.into_iter().map(|(it, _)| it).collect();
    }

    /// How long all edges are, up and down.
    fn length(&self) -> f64 {
        self.nodes
            .iter()
            .flat_map(|node| {
                node.left.iter().map(|&(here, other, there)| {
                    (node.y + here - self.nodes[other].y - there).abs()
                })
            })
            .sum()
    }

    /// Gives places to boxes and edges; says how wide and high all is.
    pub(super) fn finish(
        &self,
        diagram: &Diagram,
        boxes: &mut [Rect],
        routes: &mut [Route],
    ) -> (f64, f64) {
        let top = self.nodes.iter().map(|it| it.y).fold(f64::MAX, f64::min);
        let bottom = self
            .nodes
            .iter()
            .map(|it| it.y + it.height)
            .fold(0.0, f64::max);
        let mut lefts = Vec::with_capacity(self.columns.len());
        let mut x = 0.0;
        for (column, width) in self.widths.iter().enumerate() {
            lefts.push(x);
            x += width + self.aisle(column, diagram);
        }
        for node in &self.nodes {
            if let Some(entity) = node.entity {
                boxes[entity].x = lefts[node.column];
                boxes[entity].y = (node.y - top).round();
            }
        }
        for (number, chain) in &self.chains {
            let edge = &diagram.edges[*number];
            routes[*number] = self.route(chain, boxes, &lefts, (edge.from.row, edge.to.row), top);
        }
        let last = self.columns.len() - 1;
        let loops = diagram.edges.iter().any(|edge| {
            edge.from.entity == edge.to.entity
                && self.columns[last]
                    .iter()
                    .any(|&it| self.nodes[it].entity == Some(edge.from.entity))
        });
        let room = if loops { 50.0 } else { 0.0 };
        (lefts[last] + self.widths[last] + room, bottom - top)
    }

    /// Room right of a column: more where edges climb far.
    fn aisle(&self, column: usize, diagram: &Diagram) -> f64 {
        let climbs = self.columns[column].iter().flat_map(|&it| {
            let node = &self.nodes[it];
            node.right
                .iter()
                .map(|&(here, other, there)| (node.y + here - self.nodes[other].y - there).abs())
        });
        let loops = diagram.edges.iter().any(|edge| {
            edge.from.entity == edge.to.entity
                && self.columns[column]
                    .iter()
                    .any(|&it| self.nodes[it].entity == Some(edge.from.entity))
        });
        let room = if loops { 30.0 } else { 0.0 };
        (AISLE + climbs.fold(0.0, f64::max) * 0.09).min(WIDE_AISLE) + room
    }

    fn route(
        &self,
        chain: &[usize],
        boxes: &[Rect],
        lefts: &[f64],
        rows: (usize, usize),
        top: f64,
    ) -> Route {
        let (first, last) = (&self.nodes[chain[0]], &self.nodes[chain[chain.len() - 1]]);
        let to_left = first.column > last.column;
        let side = |node: &Node, row: usize, left: bool| {
            let it = node.entity.map(|entity| boxes[entity]).unwrap_or_default();
            let x = if left { it.x } else { it.x + it.width };
            (x, it.y + row_y(row))
        };
        let mut points = vec![side(first, rows.0, to_left)];
        for &lane in &chain[1..chain.len() - 1] {
            let lane = &self.nodes[lane];
            let y = lane.y - top + LANE / 2.0;
            let (left, right) = (
                lefts[lane.column],
                lefts[lane.column] + self.widths[lane.column],
            );
            let (enter, leave) = if to_left {
                (right, left)
            } else {
                (left, right)
            };
            points.extend([(enter, y), (leave, y)]);
        }
        points.push(side(last, rows.1, !to_left));
        Route {
            points,
            to_left: (to_left, !to_left),
        }
    }
}

/// Tops for things of these heights, in order and without overlap, as near as can be to the wished ones (least squares, by
/// pooling neighbours that would overlap).
fn spread(wishes: &[f64], heights: &[f64]) -> Vec<f64> {
    let mut offset = 0.0;
    // Sum of the wishes without the heights before them, and how many.
    let mut pools: Vec<(f64, f64)> = Vec::new();
    for (wish, height) in wishes.iter().zip(heights) {
        pools.push((wish - offset, 1.0));
        offset += height;
        while let [.., (sum, count), (next, more)] = pools.as_mut_slice()
            && *sum / *count > *next / *more
        {
            *sum += *next;
            *count += *more;
            pools.pop();
        }
    }
    let mut offset = 0.0;
    let mut heights = heights.iter();
    let mut tops = Vec::with_capacity(wishes.len());
    for (sum, count) in pools {
        let base = sum / count;
        let mut left = count;
        while left > 0.5 {
            tops.push(base + offset);
            offset += heights.next().copied().unwrap_or(0.0);
            left -= 1.0;
        }
    }
    tops
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn things_stand_where_they_wish_unless_they_would_overlap() {
        assert_eq!(spread(&[0.0, 50.0], &[10.0, 10.0]), [0.0, 50.0]);
        assert_eq!(
            spread(&[10.0, 10.0, 90.0], &[20.0, 20.0, 20.0]),
            [0.0, 20.0, 90.0]
        );
    }
}
