//! The bodies of the fuzz targets with damaged seeds: the same every time, and on any toolchain. `fuzz/` goes on where this
//! ends.

use fastrand::Rng;
use keyloom_tests::fuzz::{self, Subject};
use std::{fs, path::Path};

/// One to three bytes of damage.
fn damaged(seeds: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = seeds[rng.usize(..seeds.len())].clone();
    for _ in 0..rng.usize(1..=3) {
        let at = rng.usize(0..=bytes.len());
        match rng.u8(0..4) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, rng.u8(..)),
            2 if at < bytes.len() => drop(bytes.remove(at)),
            _ if at < bytes.len() => bytes[at] = rng.u8(..),
            _ => bytes.push(rng.u8(..)),
        }
    }
    bytes
}

#[test]
fn damaged_records_are_read_or_reported() {
    let (subject, mut rng) = (Subject::new(), Rng::with_seed(1));
    let seeds = subject.seeds();
    for _ in 0..800 {
        subject.record(&damaged(&seeds.record, &mut rng));
    }
}

#[test]
fn damaged_records_of_another_layout_are_read_or_reported() {
    let (subject, mut rng) = (Subject::new(), Rng::with_seed(2));
    let seeds = subject.seeds();
    for _ in 0..1_000 {
        subject.old_record(&damaged(&seeds.old_record, &mut rng));
    }
}

#[test]
fn damaged_keys_of_indexes_are_read_or_reported() {
    let (subject, mut rng) = (Subject::new(), Rng::with_seed(3));
    let seeds = subject.seeds();
    for _ in 0..400 {
        subject.key(&damaged(&seeds.key, &mut rng));
    }
}

#[test]
fn damaged_cursors_are_refused() {
    let (subject, mut rng) = (Subject::new(), Rng::with_seed(4));
    let seeds = [subject.seeds().cursor.into_bytes()];
    for _ in 0..1_000 {
        subject.cursor(&String::from_utf8_lossy(&damaged(&seeds, &mut rng)));
    }
}

#[test]
fn what_passes_the_checker_gives_rust() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../generator/tests/fixtures/right");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the fixtures are there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "kdl"))
        .collect();
    files.sort();
    let seeds: Vec<Vec<u8>> = files
        .iter()
        .map(|file| fs::read(file).expect("it can be read"))
        .collect();
    let mut rng = Rng::with_seed(5);
    for _ in 0..80 {
        fuzz::schema(&String::from_utf8_lossy(&damaged(&seeds, &mut rng)));
    }
}
