//! What an index function takes for one of its parts: a value, a range, or `..`.

use super::{KeyPart, KeyValue, KeyWriter};
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

/// One encoded part of a query. Nothing past this type is generic over the argument.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartSpan {
    /// One value.
    Point(Vec<u8>),
    /// From one edge to another.
    Range {
        /// Where it starts.
        low: Edge,
        /// Where it ends.
        high: Edge,
    },
    /// Every value whose bytes start so.
    Prefix(Vec<u8>),
    /// Every value, absent ones too.
    All,
    /// A value that cannot stand in a key, with the reason.
    Refused(String),
}

/// One end of a range: before or behind everything that starts with the bytes.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    pub(crate) bytes: Vec<u8>,
    pub(crate) before: bool,
}

/// Kind of a span: one value. The next part may be anything.
#[doc(hidden)]
#[derive(Debug)]
pub enum Value {}
/// Kind of a span: many values. The rest must be `..`.
#[doc(hidden)]
#[derive(Debug)]
pub enum Several {}

/// One value of a part or key of type `T`: `T`, `&T`, `&str` for a `String`, and `T` for an `Option<T>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value of type `{T}`",
    label = "expected a `{T}` or a reference to one"
)]
pub trait Exact<T>: Send + Sync {
    #[doc(hidden)]
    fn put_value(&self, out: &mut KeyWriter<'_>);
}

/// A value, a range, or `..`, for an index part of type `T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a value nor a range of `{T}`",
    label = "expected `{T}`, a range such as `a..b`, or `..`",
    note = "the parts of an index are given in its order; `..` stands for every value of a part"
)]
pub trait Span<T> {
    /// Whether it is one value or many.
    #[doc(hidden)]
    type Kind;
    #[doc(hidden)]
    fn span(self) -> PartSpan;
}

/// A [`Span`] that may follow the part before it, whose kind is `Before`.
#[diagnostic::on_unimplemented(
    message = "an index is read by a prefix of its parts: after a range or `..`, only `..` may follow",
    label = "this must be `..`",
    note = "give exact values first, then at most one range, then `..` for the rest"
)]
pub trait SpanAfter<Before, T>: Span<T> {}
impl<T, S: Span<T>> SpanAfter<Value, T> for S {}
impl<T> SpanAfter<Several, T> for RangeFull {}

// ---- one value ----

macro_rules! exact {
    ($([$($generics:tt)*] $target:ty, $value:ty, |$v:ident, $out:ident| $body:expr;)*) => { $(
        impl<$($generics)*> Exact<$target> for $value {
            fn put_value(&self, $out: &mut KeyWriter<'_>) {
                let $v = self;
                $body
            }
        }

        impl<$($generics)*> Span<$target> for $value {
            type Kind = Value;

            fn span(self) -> PartSpan {
                encode::<$target>(&self).map_or_else(PartSpan::Refused, PartSpan::Point)
            }
        }
    )* };
}

fn encode<T>(value: &impl Exact<T>) -> Result<Vec<u8>, String> {
    let mut out = KeyWriter::unbound();
    value.put_value(&mut out);
    out.finish()
}

/// One value as a span.
pub(crate) fn exact_span<T>(value: &impl Exact<T>) -> PartSpan {
    encode(value).map_or_else(PartSpan::Refused, PartSpan::Point)
}

fn some(value: &(impl KeyPart + ?Sized), out: &mut KeyWriter<'_>) {
    out.raw(&[1]);
    value.put(out);
}

exact! {
    [T: KeyPart + Send + Sync] T, T, |v, out| v.put(out);
    [T: KeyPart + Send + Sync] T, &T, |v, out| (*v).put(out);
    [] String, &str, |v, out| (*v).put(out);
    [] Vec<u8>, &[u8], |v, out| out.escaped(v);
    [const N: usize] Vec<u8>, &[u8; N], |v, out| out.escaped(*v);
    [T: KeyPart + Send + Sync] Option<T>, T, |v, out| some(v, out);
    [T: KeyPart + Send + Sync] Option<T>, &T, |v, out| some(*v, out);
    // No `Option<&str>`: a second `Option<_>` would leave `None` without a type.
    [] Option<String>, &str, |v, out| some(*v, out);
    [] Option<Vec<u8>>, &[u8], |v, out| { out.raw(&[1]); out.escaped(v) };
    [const N: usize] Option<Vec<u8>>, &[u8; N], |v, out| { out.raw(&[1]); out.escaped(*v) };
}

// ---- ranges ----

/// Where a range without a lower bound starts: at the first present value.
fn lowest<T: KeyValue>() -> Edge {
    Edge::before(if T::OPTIONAL { vec![1] } else { Vec::new() })
}

/// Where a range without an upper bound ends: behind the last value.
fn highest<T: KeyValue>() -> Edge {
    Edge::behind(if T::OPTIONAL { vec![1] } else { Vec::new() })
}

fn between(low: Result<Edge, String>, high: Result<Edge, String>) -> PartSpan {
    match (low, high) {
        (Ok(low), Ok(high)) => PartSpan::Range { low, high },
        (Err(fault), _) | (_, Err(fault)) => PartSpan::Refused(fault),
    }
}

macro_rules! ranges {
    ($($range:ident |$r:ident| $low:expr, $high:expr;)*) => { $(
        impl<T: KeyValue, Q: Exact<T>> Span<T> for $range<Q> {
            type Kind = Several;

            fn span(self) -> PartSpan {
                let $r = self;
                between($low, $high)
            }
        }
    )* };
}

ranges! {
    Range |r| encode(&r.start).map(Edge::before), encode(&r.end).map(Edge::before);
    RangeFrom |r| encode(&r.start).map(Edge::before), Ok(highest::<T>());
    RangeTo |r| Ok(lowest::<T>()), encode(&r.end).map(Edge::before);
    RangeInclusive |r| encode(r.start()).map(Edge::before), encode(r.end()).map(Edge::behind);
    RangeToInclusive |r| Ok(lowest::<T>()), encode(&r.end).map(Edge::behind);
}

impl<T> Span<T> for RangeFull {
    type Kind = Several;

    fn span(self) -> PartSpan {
        PartSpan::All
    }
}

/// Every string that starts so; see [`starts_with`].
#[derive(Clone, Debug)]
pub struct StartsWith(String);

/// Every value of a string part that starts with `prefix`, compared by bytes.
pub fn starts_with(prefix: impl Into<String>) -> StartsWith {
    StartsWith(prefix.into())
}

/// What a prefix of a text asks for.
#[doc(hidden)]
#[must_use]
pub fn text_prefix(prefix: &StartsWith) -> PartSpan {
    let mut out = KeyWriter::unbound();
    out.escaped_start(prefix.0.as_bytes());
    PartSpan::Prefix(out.bytes)
}

impl Span<String> for StartsWith {
    type Kind = Several;

    fn span(self) -> PartSpan {
        text_prefix(&self)
    }
}

impl Span<Option<String>> for StartsWith {
    type Kind = Several;

    fn span(self) -> PartSpan {
        let mut out = KeyWriter::unbound();
        out.raw(&[1]);
        out.escaped_start(self.0.as_bytes());
        PartSpan::Prefix(out.bytes)
    }
}

/// Every present value of an optional part; see [`present`].
#[derive(Clone, Copy, Debug)]
pub struct Present;

/// Every present value of an optional part. Absent ones are asked for with `None`.
#[must_use]
pub const fn present() -> Present {
    Present
}

impl<T> Span<Option<T>> for Present {
    type Kind = Several;

    fn span(self) -> PartSpan {
        PartSpan::Prefix(vec![1])
    }
}
