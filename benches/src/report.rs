//! Results as a table for people and as JSON for scripts.

use crate::Fault;
use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};
use std::{fs, path::Path, process::Command};

/// One number; lower is better.
#[derive(Debug, Clone)]
pub(crate) struct Measure {
    pub(crate) bench: &'static str,
    pub(crate) work: String,
    pub(crate) system: &'static str,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
}

/// The middle of some numbers.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

/// Prints the table, and writes the file if one is wanted.
pub(crate) fn finish(measures: &[Measure], json: Option<&Path>) -> Result<(), Fault> {
    println!("\n{}\n{}", machine(), table(measures));
    if let Some(path) = json {
        let rows: Vec<_> = measures.iter().map(row).collect();
        fs::write(path, serde_json::to_string_pretty(&rows)? + "\n")
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    }
    Ok(())
}

fn row(measure: &Measure) -> serde_json::Value {
    serde_json::json!({
        "bench": measure.bench,
        "work": measure.work,
        "system": measure.system,
        "value": measure.value,
        "unit": measure.unit,
    })
}

/// A line a work, a column a system; the ratio is the first system's to the second's.
fn table(measures: &[Measure]) -> Table {
    let mut systems: Vec<&str> = Vec::new();
    let mut works: Vec<(&str, &str)> = Vec::new();
    for measure in measures {
        if !systems.contains(&measure.system) {
            systems.push(measure.system);
        }
        let work = (measure.work.as_str(), measure.unit);
        if !works.contains(&work) {
            works.push(work);
        }
    }
    let compared = systems.len() > 1;
    let mut header = vec!["work", "unit"];
    header.extend(&systems);
    if compared {
        header.push("ratio");
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(header);
    for (work, unit) in works {
        let of = |system: &str| {
            measures
                .iter()
                .find(|it| (it.work.as_str(), it.unit) == (work, unit) && it.system == system)
                .map(|it| it.value)
        };
        let values: Vec<_> = systems.iter().map(|system| of(system)).collect();
        let mut cells = vec![work.to_owned(), unit.to_owned()];
        cells.extend(
            values
                .iter()
                .map(|value| value.map_or("–".to_owned(), shown)),
        );
        if compared {
            cells.push(match (values[0], values[1]) {
                (Some(first), Some(second)) if second > 0.0 => format!("{:.2}", first / second),
                _ => "–".to_owned(),
            });
        }
        table.add_row(cells);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn shown(value: f64) -> String {
    if value.fract() == 0.0 {
        format!("{value:.0}")
    } else if value < 10.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.1}")
    }
}

/// Where the numbers come from: processor, system and versions.
fn machine() -> String {
    let processor = fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        })
        .unwrap_or_else(|| "unknown processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rustc = Command::new("rustc")
        .arg("--version")
        .output()
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .unwrap_or_else(|| "rustc unknown".to_owned());
    format!(
        "{processor}, {cores} cores, {} {}; {}; keyloom {}, redb {}; medians of interleaved rounds, lower is better",
        std::env::consts::OS,
        std::env::consts::ARCH,
        rustc.trim(),
        locked("keyloom"),
        locked("redb"),
    )
}

/// The version of a dependency that this program was built with.
fn locked(package: &str) -> &'static str {
    let wanted = format!("name = \"{package}\"");
    let mut lines = include_str!("../../Cargo.lock").lines();
    lines
        .find(|line| *line == wanted)
        .and_then(|_| lines.next())
        .and_then(|line| line.split('"').nth(1))
        .unwrap_or("unknown")
}
