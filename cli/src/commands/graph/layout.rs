//! Where boxes stand and edges run, in pixels.
//!
//! Each group of connected boxes is laid out by `tangle`; the groups, and boxes that nothing connects, are put one beside the
//! other.

use std::collections::BTreeMap;

use super::diagram::{Cardinality, Diagram, Edge, End, Entity};
use super::layers;
use super::tangle::Tangle;

/// Height of a field.
pub(super) const ROW: f64 = 20.0;
/// Height of a model's name.
pub(super) const HEAD: f64 = 30.0;
/// Room in a box, left and right of the text.
pub(super) const PAD: f64 = 12.0;
/// Width of a character of a field.
pub(super) const CHAR: f64 = 7.25;
/// Width of a character of a model's name.
const HEAD_CHAR: f64 = 8.6;
/// Room between the name and the type of a field.
const BETWEEN: f64 = 18.0;
/// Room for the mark of a key.
pub(super) const MARK: f64 = 16.0;

/// Room around the picture.
const MARGIN: f64 = 28.0;
/// Room between boxes of a column.
pub(super) const GAP: f64 = 34.0;
/// Least room between columns.
pub(super) const AISLE: f64 = 96.0;
/// Room between groups that nothing connects.
const APART: f64 = 56.0;
/// Width divided by height that a picture should have.
const ASPECT: f64 = 1.5;
/// Columns are at least this high before they pass boxes on.
const LEAST_HEIGHT: f64 = 620.0;

/// Between two marks at one row.
const PARTED: f64 = 10.0;

/// A rectangle.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A whole picture.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// For each entity.
    pub(super) boxes: Vec<Rect>,
    /// For each edge: from the child to the parent; horizontal where it meets a box.
    pub(super) routes: Vec<Route>,
}

/// How an edge runs.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Route {
    /// The ends and the lanes; between the second and the third point, and so on, it runs straight through a column.
    pub(super) points: Vec<(f64, f64)>,
    /// Whether it leaves the child to the left, and the parent to the left.
    pub(super) to_left: (bool, bool),
}

/// Columns of the names of an entity's fields.
pub(super) fn name_width(entity: &Entity) -> f64 {
    let widest = entity.rows.iter().map(|row| row.name.chars().count()).max();
    chars(widest.unwrap_or(0)) * CHAR
}

pub(super) fn type_x(entity: &Entity) -> f64 {
    PAD + MARK + name_width(entity) + BETWEEN
}

fn chars(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn size(entity: &Entity) -> Rect {
    let types = entity.rows.iter().map(|row| row.ty.chars().count()).max();
    let rows = type_x(entity) + chars(types.unwrap_or(0)) * CHAR + PAD;
    let head = PAD * 2.0
        + chars(entity.name.chars().count()) * HEAD_CHAR
        + 16.0
        + chars(entity.table.chars().count()) * CHAR;
    Rect {
        x: 0.0,
        y: 0.0,
        width: rows.max(head).ceil(),
        height: HEAD + chars(entity.rows.len()) * ROW + 6.0,
    }
}

/// The middle of a row, from the top of its box.
pub(super) fn row_y(row: usize) -> f64 {
    HEAD + (chars(row) + 0.5) * ROW + 2.0
}

/// Places everything.
pub(super) fn place(diagram: &Diagram) -> Layout {
    let mut boxes: Vec<Rect> = diagram.entities.iter().map(size).collect();
    let edges: Vec<(usize, usize)> = diagram
        .edges
        .iter()
        .map(|edge| (edge.to.entity, edge.from.entity))
        .filter(|(parent, child)| parent != child)
        .collect();
    let mut routes = vec![Route::default(); diagram.edges.len()];
    let groups = layers::groups(boxes.len(), &edges);
    let area: f64 = boxes
        .iter()
        .map(|it| (it.width + AISLE) * (it.height + GAP))
        .sum();
    let limit = (area / ASPECT).sqrt().max(LEAST_HEIGHT);
    let (lone, joined): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| group.len() == 1);
    let mut shelf = Shelf::new((area * ASPECT).sqrt());
    for group in &joined {
        let mut tangle = Tangle::new(diagram, &boxes, group, limit);
        tangle.sweep();
        let (width, height) = tangle.finish(diagram, &mut boxes, &mut routes);
        let (x, y) = shelf.take(width, height);
        for &entity in group {
            boxes[entity].x += x;
            boxes[entity].y += y;
        }
        for (edge, route) in diagram.edges.iter().zip(&mut routes) {
            if group.binary_search(&edge.from.entity).is_ok() {
                for point in &mut route.points {
                    *point = (point.0 + x, point.1 + y);
                }
            }
        }
    }
    for &entity in lone.iter().flatten() {
        let loops = diagram.edges.iter().any(|edge| edge.from.entity == entity);
        let room = if loops { 50.0 } else { 0.0 };
        let (x, y) = shelf.take(boxes[entity].width + room, boxes[entity].height);
        boxes[entity].x = x;
        boxes[entity].y = y;
    }
    loops(diagram, &boxes, &mut routes);
    part_ends(diagram, &mut routes);
    Layout {
        width: shelf.widest + MARGIN,
        height: shelf.bottom + MARGIN,
        boxes,
        routes,
    }
}

/// References of a model to itself run around the right side of its box.
fn loops(diagram: &Diagram, boxes: &[Rect], routes: &mut [Route]) {
    for (edge, route) in diagram.edges.iter().zip(routes) {
        if edge.from.entity == edge.to.entity {
            let it = boxes[edge.from.entity];
            let right = it.x + it.width;
            *route = Route {
                points: vec![
                    (right, it.y + row_y(edge.from.row)),
                    (right, it.y + row_y(edge.to.row)),
                ],
                to_left: (false, false),
            };
        }
    }
}

/// Marks of different kinds at one row would cover each other: they stand one above the other, in the order in which
/// their edges climb.
fn part_ends(diagram: &Diagram, routes: &mut [Route]) {
    // The row and side, which point of the route, and the point that it comes from.
    let ends = |edge: &Edge, route: &Route| {
        let last = route.points.len() - 1;
        let at = |end: End, left: bool, point: usize, from: usize| {
            (
                (end.entity, end.row, left),
                end.number,
                point,
                route.points[from].1,
            )
        };
        [
            at(edge.from, route.to_left.0, 0, 1),
            at(edge.to, route.to_left.1, last, last - 1),
        ]
    };
    let mut kinds: BTreeMap<(usize, usize, bool), Vec<(Cardinality, f64)>> = BTreeMap::new();
    for (edge, route) in diagram.edges.iter().zip(routes.iter()) {
        for (place, number, _, from) in ends(edge, route) {
            let kinds = kinds.entry(place).or_default();
            match kinds.iter_mut().find(|(kind, _)| *kind == number) {
                Some((_, highest)) => *highest = highest.min(from),
                None => kinds.push((number, from)),
            }
        }
    }
    for kinds in kinds.values_mut() {
        kinds.sort_by(|a, b| a.1.total_cmp(&b.1));
    }
    for (edge, route) in diagram.edges.iter().zip(routes) {
        for (place, number, point, _) in ends(edge, route) {
            let kinds = &kinds[&place];
            let before = kinds.iter().take_while(|(kind, _)| *kind != number).count();
            let middle = (chars(kinds.len()) - 1.0) / 2.0;
            route.points[point].1 += (chars(before) - middle) * PARTED;
        }
    }
}

/// Groups one beside the other, then below.
struct Shelf {
    wanted: f64,
    x: f64,
    y: f64,
    bottom: f64,
    widest: f64,
}

impl Shelf {
    fn new(wanted: f64) -> Self {
        Self {
            wanted,
            x: MARGIN,
            y: MARGIN,
            bottom: MARGIN,
            widest: MARGIN,
        }
    }

    fn take(&mut self, width: f64, height: f64) -> (f64, f64) {
        if self.x > MARGIN && self.x + width > self.wanted.max(self.widest) {
            self.x = MARGIN;
            self.y = self.bottom + APART;
        }
        let place = (self.x, self.y);
        self.x += width + APART;
        self.bottom = self.bottom.max(self.y + height);
        self.widest = self.widest.max(place.0 + width);
        place
    }
}

#[cfg(test)]
mod tests {
    use keyloom_generator::check_text;

    use super::super::diagram::Diagram;
    use super::{Rect, place, row_y};

    /// Models that refer to some of those before them, one of them to itself.
    fn schema(models: usize) -> Diagram {
        let mut random = fastrand::Rng::with_seed(7);
        let mut text = "schema s\n".to_owned();
        for at in 0..models {
            let (mut fields, mut relations) = (String::new(), String::new());
            let mut refer = |to: usize, is: &str| {
                fields.push_str(&format!("; r{to}_id id<M{to}>{is}"));
                let relation = format!("belongs-to r{to} M{to} by=r{to}_id on-delete=unchecked\n");
                relations.push_str(&relation);
            };
            let before: Vec<usize> = (at.saturating_sub(20)..at).collect();
            for to in random.choose_multiple(before, random.clone().usize(0..4)) {
                refer(to, "");
            }
            if at % 9 == 0 {
                refer(at, "?");
            }
            text.push_str(&format!(
                "model M{at} table=m{at} {{ fields {{ id uuid{fields} }}; key id\n{relations} }}\n"
            ));
        }
        let checked = check_text("s.kdl", &text);
        Diagram::new(&checked.schema.expect("it is right"))
    }

    fn overlap(a: &Rect, b: &Rect) -> bool {
        let apart = |start: f64, size: f64, other: f64, its: f64| {
            start + size <= other || other + its <= start
        };
        !apart(a.x, a.width, b.x, b.width) && !apart(a.y, a.height, b.y, b.height)
    }

    #[test]
    fn no_box_covers_another_and_every_edge_ends_at_its_rows() {
        for models in [0, 1, 5, 60, 300] {
            let diagram = schema(models);
            let layout = place(&diagram);
            for (at, one) in layout.boxes.iter().enumerate() {
                let inside = one.x >= 0.0
                    && one.y >= 0.0
                    && one.x + one.width <= layout.width
                    && one.y + one.height <= layout.height;
                assert!(inside, "{one:?} of {models}");
                for other in &layout.boxes[at + 1..] {
                    assert!(!overlap(one, other), "{one:?} {other:?} of {models}");
                }
            }
            for (edge, route) in diagram.edges.iter().zip(&layout.routes) {
                let ends = [
                    (edge.from, route.points[0], route.to_left.0),
                    (
                        edge.to,
                        route.points[route.points.len() - 1],
                        route.to_left.1,
                    ),
                ];
                for (end, point, left) in ends {
                    let it = layout.boxes[end.entity];
                    let x = if left { it.x } else { it.x + it.width };
                    let off = (point.1 - it.y - row_y(end.row)).abs();
                    assert!(
                        point.0.to_bits() == x.to_bits() && off <= 10.0,
                        "{}",
                        edge.title
                    );
                }
            }
        }
    }
}
