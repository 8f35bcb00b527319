//! Topics and groups.

use std::io::{self, IsTerminal};
use std::time::Duration;

use clap::{Args, ValueEnum};
use comfy_table::{CellAlignment, Table, presets::NOTHING};
use keyloom::admin::{GroupStatus, Reply, Request, Status};

use super::{Failure, Target, json_line, print, unexpected};

/// How long `--watch` waits before it looks again.
const PAUSE: Duration = Duration::from_secs(2);

/// A form of the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    Table,
    /// One JSON object a look
    Json,
}

#[derive(Debug, Args)]
pub(super) struct Shown {
    /// The store: a folder, or `tikv://HOST:PORT,…?prefix=NAME`
    store: String,
    /// Looks again every two seconds
    #[arg(long)]
    watch: bool,
    /// Also shows each partition in which a group is behind
    #[arg(long)]
    partitions: bool,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
}

impl Shown {
    pub(super) async fn show(self) -> Result<(), Failure> {
        let target = Target {
            store: self.store.clone(),
        };
        if !self.watch {
            let reply = target.ask(Request::Status).await?;
            return print(&self.text(reply)?);
        }
        let mut admin = target.open_live("--watch").await?;
        loop {
            let text = self.text(admin.ask(Request::Status).await?)?;
            let clear = match self.format {
                Form::Json => "",
                // Home, and away with what is there.
                Form::Table if io::stdout().is_terminal() => "\x1b[H\x1b[2J",
                Form::Table => "\n",
            };
            print(&format!("{clear}{text}"))?;
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn text(&self, reply: Reply) -> Result<String, Failure> {
        let Reply::Status(status) = reply else {
            return Err(unexpected());
        };
        match self.format {
            Form::Json => json_line(&status),
            Form::Table => Ok(tables(&status, self.partitions)),
        }
    }
}

fn tables(status: &Status, partitions: bool) -> String {
    if status.topics.is_empty() {
        return "no table of this store has events\n".to_owned();
    }
    let mut topics = table(&["TOPIC", "PARTITIONS", "PUBLISHED", "KEPT", "OLDEST"], 1);
    for topic in &status.topics {
        topics.add_row([
            topic.topic.clone(),
            topic.partitions.to_string(),
            topic.published.to_string(),
            topic.kept.to_string(),
            age(topic.oldest_seconds),
        ]);
    }
    let mut text = lines(&topics);
    if status.groups.is_empty() {
        return text + "\nno group has registered\n";
    }
    let mut groups = table(
        &[
            "GROUP", "TOPIC", "STATE", "WORKERS", "LAG", "OLDEST", "FAILING", "PARKED", "DEAD",
        ],
        3,
    );
    for group in &status.groups {
        for topic in &group.topics {
            groups.add_row([
                group.group.clone(),
                topic.topic.clone(),
                state(group).to_owned(),
                group.workers.to_string(),
                topic.lag.to_string(),
                age(topic.oldest_seconds),
                topic.failing.to_string(),
                topic.parked.to_string(),
                topic.dead.to_string(),
            ]);
        }
    }
    text += "\n";
    text += &lines(&groups);
    if partitions {
        text += "\n";
        text += &by_partition(status);
    }
    text
}

fn by_partition(status: &Status) -> String {
    let mut table = table(
        &[
            "GROUP",
            "TOPIC",
            "PARTITION",
            "NEXT",
            "HEAD",
            "OLDEST",
            "FAILED",
            "PARKED",
        ],
        2,
    );
    for group in &status.groups {
        for topic in &group.topics {
            for partition in &topic.partitions {
                table.add_row([
                    group.group.clone(),
                    topic.topic.clone(),
                    partition.partition.to_string(),
                    partition.next.to_string(),
                    partition.head.to_string(),
                    age(partition.oldest_seconds),
                    partition.failed_attempts.to_string(),
                    partition.parked.to_string(),
                ]);
            }
        }
    }
    if table.row_count() == 0 {
        return "no group is behind\n".to_owned();
    }
    lines(&table)
}

fn state(group: &GroupStatus) -> &'static str {
    match (group.paused, group.workers) {
        (true, _) => "paused",
        (false, 0) => "stopped",
        (false, _) => "running",
    }
}

/// A table without lines; columns from `numbers` on are numbers.
fn table(header: &[&str], numbers: usize) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header);
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if place >= numbers {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn lines(table: &Table) -> String {
    let lines = table.lines();
    lines
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

/// An age in its largest unit.
fn age(seconds: Option<f64>) -> String {
    let Some(seconds) = seconds else {
        return "–".to_owned();
    };
    let (value, unit) = match seconds {
        s if s < 120.0 => (s, "s"),
        s if s < 7200.0 => (s / 60.0, "min"),
        s if s < 172_800.0 => (s / 3600.0, "h"),
        s => (s / 86_400.0, "d"),
    };
    format!("{:.0} {unit}", value.floor())
}
