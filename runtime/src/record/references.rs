//! The keys that a record refers to.

use crate::{
    Error, Result,
    catalogue::Binding,
    descriptor::Reference,
    key::{KeyPart, KeyWriter},
    value::Decoder,
};

/// Collects the keys that one record refers to.
#[derive(Debug)]
pub struct ReferenceKeys<'a> {
    binding: &'a Binding,
    /// The only reference that is asked for.
    only: Option<&'static Reference>,
    found: Vec<Referred>,
    fault: Option<Error>,
}

/// A key that a record refers to.
#[derive(Debug)]
pub(crate) struct Referred {
    pub(crate) reference: &'static Reference,
    /// The target's whole key.
    pub(crate) key: Vec<u8>,
}

impl<'a> ReferenceKeys<'a> {
    /// Collects the keys of all references, or of one.
    pub(crate) fn new(binding: &'a Binding, only: Option<&'static Reference>) -> Self {
        Self {
            binding,
            only,
            found: Vec::new(),
            fault: None,
        }
    }

    /// The whole keys that a stored record refers to by one reference.
    pub(crate) fn stored(
        binding: &'a Binding,
        reference: &'static Reference,
        key: &[u8],
        stored: &[u8],
    ) -> Result<Vec<Vec<u8>>> {
        let table = binding.table(reference.table)?;
        let corrupt = |error| binding.corrupt(key, &error);
        let fields = table.current(binding, stored).map_err(corrupt)?;
        let mut out = Self::new(binding, Some(reference));
        let mut from = Decoder::new(binding, &fields);
        (table.table.erased.references)(&mut from, &mut out).map_err(corrupt)?;
        Ok(out.finish()?.into_iter().map(|it| it.key).collect())
    }

    /// The keys in the order of the record; an error if a value cannot stand in a key.
    pub(crate) fn finish(self) -> Result<Vec<Referred>> {
        match self.fault {
            None => Ok(self.found),
            Some(fault) => Err(fault),
        }
    }

    /// Adds a reference with the values of its fields. One of them that is absent makes it absent.
    pub fn add(&mut self, reference: &'static Reference, parts: &[&dyn KeyPart]) {
        if self.only.is_none_or(|only| std::ptr::eq(only, reference)) {
            match self.key(reference, parts) {
                Ok(None) => {}
                Ok(Some(key)) => self.found.push(Referred { reference, key }),
                Err(fault) => {
                    self.fault.get_or_insert(fault);
                }
            }
        }
    }

    fn key(
        &self,
        reference: &'static Reference,
        parts: &[&dyn KeyPart],
    ) -> Result<Option<Vec<u8>>> {
        let target = self.binding.table(reference.target)?;
        let mut out = KeyWriter::bound(self.binding, target.records.clone());
        for (value, field) in parts.iter().zip(reference.by) {
            let start = out.bytes.len();
            value.put(&mut out);
            if field.optional {
                // The target's key has no byte for presence.
                match out.bytes.get(start) {
                    Some(1) => drop(out.bytes.remove(start)),
                    _ => return Ok(None),
                }
            }
        }
        let place = || format!("{}.{}", reference.table.model, reference.name);
        out.finish()
            .map(Some)
            .map_err(|reason| Error::invalid(place(), reason))
    }
}
