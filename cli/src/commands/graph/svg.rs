//! A diagram as a picture.

use super::diagram::{Cardinality, Diagram, Edge, Entity};
use super::layout::{HEAD, Layout, MARK, PAD, Rect, Route, row_y, type_x};

/// Colours for light pages, and for dark ones. The picture has a ground of its own, so that it can be read on any page.
const STYLE: &str = "\
    .ground { fill: #ffffff }
    .box { fill: #ffffff; stroke: #c4cbd6 }
    .head { fill: #eef2fb }
    .rule { stroke: #c4cbd6 }
    .name { fill: #17233c; font: 600 14px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif }
    .field { fill: #263148; font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace }
    .key { font-weight: 700 }
    .type { fill: #64748b }
    .table { fill: #64748b }
    .mark { fill: none; stroke: #b7791f; stroke-width: 1.5 }
    .edge { fill: none; stroke: #4f6bb5; stroke-width: 1.5 }
    .unchecked { stroke-dasharray: 5 4 }
    .none { fill: #ffffff; stroke: #4f6bb5; stroke-width: 1.5 }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #0f141b }
      .box { fill: #171e28; stroke: #3b4657 }
      .head { fill: #1f2a3c }
      .rule { stroke: #3b4657 }
      .name { fill: #eaf0fa }
      .field { fill: #d3dbe8 }
      .type, .table { fill: #93a1b7 }
      .mark { stroke: #e0ac4d }
      .edge { stroke: #8ea8ec }
      .none { fill: #0f141b; stroke: #8ea8ec }
    }
";

pub(super) fn write(diagram: &Diagram, layout: &Layout) -> String {
    let (width, height) = (layout.width.ceil(), layout.height.ceil());
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\">\n  <title>The models of {}</title>\n  <style>\n{STYLE}  </style>\n  \
         <rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\n",
        escaped(&diagram.name)
    );
    for (edge, route) in diagram.edges.iter().zip(&layout.routes) {
        out.push_str(&line(edge, route));
    }
    for (entity, rect) in diagram.entities.iter().zip(&layout.boxes) {
        out.push_str(&drawn(entity, *rect));
    }
    out.push_str("</svg>\n");
    out
}

fn drawn(entity: &Entity, rect: Rect) -> String {
    let Rect {
        x,
        y,
        width,
        height,
    } = rect;
    let mut out = format!(
        "  <g transform=\"translate({x} {y})\">\n    \
         <rect class=\"box\" width=\"{width}\" height=\"{height}\" rx=\"7\"/>\n    \
         <path class=\"head\" d=\"M.5 {HEAD}V7a6.5 6.5 0 0 1 6.5-6.5H{}a6.5 6.5 0 0 1 6.5 6.5V{HEAD}z\"/>\n    \
         <path class=\"rule\" d=\"M0 {HEAD}H{width}\"/>\n    \
         <text class=\"name\" x=\"{PAD}\" y=\"20\">{}</text>\n    \
         <text class=\"field table\" x=\"{}\" y=\"20\" text-anchor=\"end\">{}</text>\n",
        width - 7.0,
        escaped(&entity.name),
        width - PAD,
        escaped(&entity.table)
    );
    let types = type_x(entity);
    for (at, row) in entity.rows.iter().enumerate() {
        let base = row_y(at) + 4.0;
        if row.key {
            let middle = row_y(at);
            out.push_str(&format!(
                "    <path class=\"mark\" d=\"M{} {middle}a3 3 0 1 0 -6 0a3 3 0 1 0 6 0h6v3m-2.5 -3v2.2\"/>\n",
                PAD + 5.0
            ));
        }
        let bold = if row.key { " key" } else { "" };
        out.push_str(&format!(
            "    <text class=\"field{bold}\" x=\"{}\" y=\"{base}\">{}</text>\n    \
             <text class=\"field type\" x=\"{types}\" y=\"{base}\">{}</text>\n",
            PAD + MARK,
            escaped(&row.name),
            escaped(&row.ty)
        ));
    }
    out.push_str("  </g>\n");
    out
}

/// The line of an edge, and what stands at its ends.
fn line(edge: &Edge, route: &Route) -> String {
    let [first, .., last] = route.points.as_slice() else {
        return String::new();
    };
    let mut path = format!("M{} {}", first.0, first.1);
    if edge.from.entity == edge.to.entity {
        let bend = first.0 + 44.0;
        path.push_str(&format!(
            "H{0}C{bend} {1} {bend} {2} {0} {2}H{3}",
            first.0 + 18.0,
            first.1,
            last.1,
            last.0
        ));
    } else {
        let mut from = *first;
        // Between columns it climbs; through a column it runs straight.
        let mut climbs = true;
        for &to in &route.points[1..] {
            if climbs {
                path.push_str(&bow(from, to, route.to_left.0));
            } else {
                path.push_str(&format!("H{}", to.0));
            }
            climbs = !climbs;
            from = to;
        }
    }
    let class = if edge.unchecked {
        "edge unchecked"
    } else {
        "edge"
    };
    format!(
        "  <g>\n    <title>{}</title>\n    <path class=\"{class}\" d=\"{path}\"/>\n{}{}  </g>\n",
        escaped(&edge.title),
        end(*first, route.to_left.0, edge.from.number),
        end(*last, route.to_left.1, edge.to.number)
    )
}

/// A curve from side to side, level at both ends.
fn bow(from: (f64, f64), to: (f64, f64), to_left: bool) -> String {
    let level = 20.0;
    let (start, stop) = if to_left {
        (from.0 - level, to.0 + level)
    } else {
        (from.0 + level, to.0 - level)
    };
    let middle = f64::midpoint(start, stop);
    format!(
        "H{start}C{middle} {} {middle} {} {stop} {}H{}",
        from.1, to.1, to.1, to.0
    )
}

/// A crow's foot, a bar, a circle.
fn end(at: (f64, f64), left: bool, number: Cardinality) -> String {
    let (x, y) = at;
    let out = |by: f64| if left { x - by } else { x + by };
    let (top, bottom) = (y - 4.5, y + 4.5);
    let circle = |by: f64| {
        format!(
            "    <circle class=\"none\" cx=\"{}\" cy=\"{y}\" r=\"3.5\"/>\n",
            out(by)
        )
    };
    let path = |d: String| format!("    <path class=\"edge\" d=\"{d}\"/>\n");
    match number {
        Cardinality::One => path(format!(
            "M{0} {top}V{bottom}M{1} {top}V{bottom}",
            out(7.0),
            out(11.0)
        )),
        Cardinality::ZeroOrOne => path(format!("M{} {top}V{bottom}", out(7.0))) + &circle(13.5),
        Cardinality::ZeroOrMore => {
            path(format!("M{x} {top}L{0} {y}L{x} {bottom}", out(10.0))) + &circle(14.0)
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
