//! What the records of a write refer to: it must exist at commit, and must not go meanwhile.
//!
//! A child holds one stripe of its parent's existence key, and a delete of the parent writes all of them: of two such
//! transactions side by side, the engine refuses one. The parent's record itself is not guarded, so that a parent may be
//! updated while it gets children.

use super::{Model, ReferenceKeys, image::Image, references::Referred};
use crate::{
    Error, Result,
    catalogue::Binding,
    descriptor::{OnDelete, Reference},
    relation::Children,
    transaction::{Reader, Transaction},
};

/// Area byte of existence keys.
const EXISTENCE: u8 = b'x';

/// The existence key of a record, by its whole key: the same behind another area byte, and a stripe.
pub(super) fn existence_key(record: &[u8], stripe: u8) -> Vec<u8> {
    let parts = record.get(1..).unwrap_or_default();
    [&[EXISTENCE], parts, &[stripe]].concat()
}

/// References of the records of one write that a delete would act on.
pub(super) struct Parents<'a> {
    binding: &'a Binding,
    /// By record, with the record's whole key.
    referred: Vec<(Vec<u8>, Vec<Referred>)>,
}

/// What must hold when a transaction commits.
#[derive(Debug)]
pub(crate) enum Check {
    /// The parent that a record refers to exists, unless the record is gone or refers to it no longer.
    Parent {
        /// By what it refers.
        reference: &'static Reference,
        /// The record's whole key.
        child: Vec<u8>,
        /// The parent's whole key.
        parent: Vec<u8>,
    },
    /// No record refers to the deleted parent.
    Childless {
        /// By what it would refer.
        reference: &'static Reference,
        /// The parent's whole key.
        parent: Vec<u8>,
    },
}

fn acting<M: Model>(binding: &Binding, record: &M) -> Result<Vec<Referred>> {
    let mut out = ReferenceKeys::new(binding, None);
    record.references(&mut out);
    let mut referred = out.finish()?;
    referred.retain(|it| it.reference.on_delete != OnDelete::Unchecked);
    Ok(referred)
}

impl<'a> Parents<'a> {
    pub(super) fn of<M: Model>(
        binding: &'a Binding,
        records: &[M],
        images: &[Image],
    ) -> Result<Self> {
        let acts = |reference: &&Reference| reference.on_delete != OnDelete::Unchecked;
        let referred = if M::TABLE.references.iter().any(acts) {
            let both = records.iter().zip(images);
            both.map(|(record, image)| Ok((image.key.clone(), acting(binding, record)?)))
                .collect::<Result<_>>()?
        } else {
            Vec::new()
        };
        Ok(Self { binding, referred })
    }

    /// The whole keys that are referred to.
    pub(super) fn keys(&self) -> impl Iterator<Item = &[u8]> {
        let referred = self.referred.iter().flat_map(|(_, referred)| referred);
        referred.map(|it| it.key.as_slice())
    }

    /// The keys that guards of what is referred to would write.
    pub(super) fn stripes(&self, tx: &Transaction) -> Vec<Vec<u8>> {
        let stripe = |key| existence_key(key, tx.stripe());
        self.keys().map(stripe).collect()
    }

    /// Forgets what the record at a place referred to before.
    pub(super) fn unchanged<M: Model>(&mut self, at: usize, before: &M) -> Result<()> {
        if let Some((_, referred)) = self.referred.get_mut(at)
            && !referred.is_empty()
        {
            let before = acting(self.binding, before)?;
            let same = |new: &Referred, old: &Referred| {
                std::ptr::eq(new.reference, old.reference) && new.key == old.key
            };
            referred.retain(|new| !before.iter().any(|old| same(new, old)));
        }
        Ok(())
    }

    /// Guards the existence of what is referred to; what is missing is looked for again at commit.
    pub(super) fn guard(self, tx: &Transaction, exists: impl Fn(&[u8]) -> bool) -> Result<()> {
        for (child, referred) in self.referred {
            for it in referred {
                hold(tx, &it.key)?;
                if !exists(&it.key) {
                    tx.check_at_commit(Check::Parent {
                        reference: it.reference,
                        child: child.clone(),
                        parent: it.key,
                    });
                }
            }
        }
        Ok(())
    }
}

/// Keeps a parent from being deleted before this transaction commits.
fn hold(tx: &Transaction, parent: &[u8]) -> Result<()> {
    let key = existence_key(parent, tx.stripe());
    if tx.store().stripes() == 1 {
        return tx.guard_key(key);
    }
    // A write, so that a commit that lost it is seen; its value tells it from any other.
    let value = fastrand::u64(..).to_be_bytes().to_vec();
    tx.write([(key, Some(value))].into())
}

impl Check {
    /// An error if it does not hold in the transaction that reads.
    pub(crate) async fn run(&self, reader: &Reader) -> Result<()> {
        match self {
            Self::Parent {
                reference,
                child,
                parent,
            } => parent_exists(reader, reference, child, parent).await,
            Self::Childless { reference, parent } => childless(reader, reference, parent).await,
        }
    }
}

async fn parent_exists(
    reader: &Reader,
    reference: &'static Reference,
    child: &[u8],
    parent: &[u8],
) -> Result<()> {
    if reader.get(parent).await?.is_some() {
        return Ok(());
    }
    let Some(stored) = reader.get(child).await? else {
        return Ok(());
    };
    let binding = reader.store.binding();
    let referred = ReferenceKeys::stored(binding, reference, child, &stored)?;
    if referred.iter().any(|key| key == parent) {
        return Err(violation(
            binding,
            reference,
            child,
            parent,
            "does not exist",
        ));
    }
    Ok(())
}

async fn childless(reader: &Reader, reference: &'static Reference, parent: &[u8]) -> Result<()> {
    if reader.get(parent).await?.is_some() {
        return Ok(()); // deleted, and inserted again
    }
    let binding = reader.store.binding();
    let children = Children::of(binding, reference)?;
    match children.first(reader, parent).await? {
        None => Ok(()),
        Some(child) => {
            let why = "would be deleted; delete or change what refers to it first";
            Err(violation(binding, reference, &child, parent, why))
        }
    }
}

fn violation(
    binding: &Binding,
    reference: &'static Reference,
    child: &[u8],
    parent: &[u8],
    why: &str,
) -> Error {
    let describe = |table, key| match binding.table(table) {
        Ok(table) => table.describe_key(binding, key),
        Err(_) => crate::key::hex(key),
    };
    Error::ReferenceViolation {
        model: reference.table.model,
        relation: reference.name,
        key: describe(reference.table, child),
        target: reference.target.model,
        target_key: describe(reference.target, parent),
        reason: why.to_owned(),
    }
}
