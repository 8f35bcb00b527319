//! A list of records, and what each read should give, computed afresh every time.

use keyloom_tests::shop::{Person, PersonId, State};

/// Why the model refuses a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Exists,
    Missing,
    Taken(&'static str),
}

#[derive(Debug, Default)]
pub struct Naive {
    records: Vec<Person>,
}

impl Naive {
    fn find(&self, id: PersonId) -> Option<&Person> {
        self.records.iter().find(|person| person.id == id)
    }

    /// The record as a caller would write it: with the version that is stored.
    pub fn with_version(&self, new: Person) -> Person {
        let version = self.find(new.id).map_or(0, |stored| stored.version);
        Person { version, ..new }
    }

    pub fn insert(&mut self, new: Person) -> Result<(), Refusal> {
        if self.find(new.id).is_some() {
            return Err(Refusal::Exists);
        }
        self.write(Person { version: 1, ..new })
    }

    pub fn put(&mut self, new: Person) -> Result<(), Refusal> {
        let version = new.version + 1;
        self.write(Person { version, ..new })
    }

    pub fn update(&mut self, new: Person) -> Result<(), Refusal> {
        if self.find(new.id).is_none() {
            return Err(Refusal::Missing);
        }
        self.put(new)
    }

    fn write(&mut self, new: Person) -> Result<(), Refusal> {
        let others = || self.records.iter().filter(|person| person.id != new.id);
        let email = |person: &Person| person.email.to_lowercase();
        if others().any(|person| email(person) == email(&new)) {
            return Err(Refusal::Taken("by_email"));
        }
        if new.handle.is_some() && others().any(|person| person.handle == new.handle) {
            return Err(Refusal::Taken("by_handle"));
        }
        self.records.retain(|person| person.id != new.id);
        self.records.push(new);
        Ok(())
    }

    /// Times are the store's to choose.
    pub fn take_stamps(&mut self, stored: &Person) {
        for person in self
            .records
            .iter_mut()
            .filter(|person| person.id == stored.id)
        {
            person.updated_at = stored.updated_at;
        }
    }

    pub fn delete(&mut self, id: PersonId) -> bool {
        let before = self.records.len();
        self.records.retain(|person| person.id != id);
        self.records.len() < before
    }

    pub fn delete_by_age(&mut self, age: i32) -> u64 {
        let before = self.records.len();
        self.records.retain(|person| person.age != age);
        (before - self.records.len()) as u64
    }

    /// The rows of a read, in its order.
    pub fn read(&self, query: &str) -> Vec<Person> {
        let mut rows = self.records.clone();
        rows.sort_by_key(|person| person.id);
        match query {
            "all" => {}
            "by_name" => rows.sort_by(|l, r| l.name.cmp(&r.name)),
            "by_name_desc" => rows.sort_by(|l, r| r.name.cmp(&l.name).then(l.age.cmp(&r.age))),
            "by_age" => rows.sort_by_key(|person| person.age),
            "by_email" => rows.sort_by_key(|person| person.email.to_lowercase()),
            "by_handle" => rows.sort_by(|l, r| l.handle.cmp(&r.handle)),
            "by_open" => {
                rows.retain(|person| person.state == State::Open);
                rows.sort_by(|l, r| l.name.cmp(&r.name));
            }
            "by_label" => {
                let mut entries: Vec<_> = rows
                    .into_iter()
                    .flat_map(|person| {
                        let mut labels = person.labels.clone();
                        labels.sort();
                        labels.dedup();
                        labels.into_iter().map(move |label| (label, person.clone()))
                    })
                    .collect();
                entries.sort_by(|l, r| l.0.cmp(&r.0).then(l.1.id.cmp(&r.1.id)));
                rows = entries.into_iter().map(|(_, person)| person).collect();
            }
            other => panic!("the model has no query {other}"),
        }
        rows
    }
}
