//! Order, exactness, prefix freedom and golden bytes of key parts.

use super::{KeyPart, KeyReader, KeyValue, KeyWriter, part_length, successor, writer::arrange};
use crate::{
    Date, Decimal, Duration, Timestamp, Uuid,
    catalogue::Binding,
    descriptor::{Part, Type, part},
};
use proptest::prelude::*;
use std::{cmp::Ordering, fmt::Debug};

fn encode(value: &impl KeyPart) -> Vec<u8> {
    let mut out = KeyWriter::unbound();
    value.put(&mut out);
    out.finish().expect("the value can stand in a key")
}

fn decode<T: KeyValue>(bytes: &[u8]) -> T {
    let binding = Binding::empty();
    let mut from = KeyReader::new(&binding, bytes);
    let value = T::take(&mut from).expect("it decodes");
    assert_eq!(from.rest(), b"", "nothing is left over");
    value
}

/// Order of bytes is order of values; neither is a prefix of the other; both come back; lengths are found from the type.
fn check<T: KeyValue + Debug>(ty: Type, left: &T, right: &T, order: Ordering) {
    let described = if T::OPTIONAL {
        part("x", ty).optional()
    } else {
        part("x", ty)
    };
    for (described, order) in [(described, order), (described.desc(), order.reverse())] {
        let [l, r] = [left, right].map(|value| {
            let mut bytes = encode(value);
            arrange(&mut bytes, 0, &described);
            bytes
        });
        assert_eq!(l.cmp(&r), order, "{left:?} and {right:?}");
        if order != Ordering::Equal {
            assert!(
                !l.starts_with(&r) && !r.starts_with(&l),
                "{left:?} and {right:?}"
            );
        }
        let followed = [l.as_slice(), b"tail"].concat();
        assert_eq!(part_length(&described, &followed), Ok(l.len()));
        for cut in 0..l.len() {
            assert!(part_length(&described, &l[..cut]).is_err());
        }
    }
    assert_eq!(encode(&decode::<T>(&encode(left))), encode(left));
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[\u{0}\u{1}a\u{ff}]{0,4}"]
}

proptest! {
    #[test]
    fn integers_sort_by_value(l: (i32, i64, u32, u64), r: (i32, i64, u32, u64)) {
        check(Type::I32, &l.0, &r.0, l.0.cmp(&r.0));
        check(Type::I64, &l.1, &r.1, l.1.cmp(&r.1));
        check(Type::U32, &l.2, &r.2, l.2.cmp(&r.2));
        check(Type::U64, &l.3, &r.3, l.3.cmp(&r.3));
    }

    #[test]
    fn texts_sort_by_bytes(l in text(), r in text()) {
        check(Type::String, &l, &r, l.cmp(&r));
        let (l, r) = (l.into_bytes(), r.into_bytes());
        check(Type::Bytes, &l, &r, l.cmp(&r));
    }

    #[test]
    fn absent_sorts_before_every_present_value(l in prop::option::of(text()), r in prop::option::of(text())) {
        check(Type::String, &l, &r, l.cmp(&r));
    }

    #[test]
    fn floats_sort_by_value_and_minus_zero_is_zero(l: f64, r: f64) {
        prop_assume!(!l.is_nan() && !r.is_nan());
        check(Type::F64, &l, &r, l.partial_cmp(&r).expect("no NaN"));
    }

    #[test]
    fn decimals_sort_by_value_whatever_their_scale(
        l in (-10_i128.pow(9)..10_i128.pow(9), 0..12_u32),
        r in (-10_i128.pow(9)..10_i128.pow(9), 0..12_u32),
    ) {
        let [l, r] = [l, r].map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa, scale));
        check(Type::Decimal, &l, &r, l.cmp(&r));
        prop_assert_eq!(decode::<Decimal>(&encode(&l)), l);
    }

    #[test]
    fn times_sort_by_time(l in -10_i64.pow(16)..10_i64.pow(16), r in -10_i64.pow(16)..10_i64.pow(16)) {
        let [a, b] = [l, r].map(|micros| Timestamp::from_microsecond(micros).expect("in range"));
        check(Type::Timestamp, &a, &b, a.cmp(&b));
        let [a, b] = [l, r].map(Duration::from_nanos);
        check(Type::Duration, &a, &b, a.cmp(&b));
        let day = |n: i64| crate::value::date_of(i32::try_from(n % 2_900_000).expect("small"));
        let [a, b] = [l, r].map(|n| day(n).expect("in range"));
        check(Type::Date, &a, &b, a.cmp(&b));
    }

    #[test]
    fn parts_do_not_run_into_each_other(l in (text(), text()), r in (text(), text())) {
        prop_assert_eq!(encode(&l).cmp(&encode(&r)), l.cmp(&r));
        prop_assert_eq!(decode::<(String, String)>(&encode(&l)), l);
    }

    #[test]
    fn folding_keeps_prefixes_and_ends(text in text(), more in text()) {
        let lower = part("x", Type::String).lower();
        let fold = |text: &str| {
            let mut bytes = encode(&text.to_owned());
            arrange(&mut bytes, 0, &lower);
            bytes
        };
        let folded: String = text.chars().flat_map(char::to_lowercase).collect();
        prop_assert_eq!(fold(&text), encode(&folded));
        let whole = fold(&format!("{text}{more}"));
        prop_assert!(whole.starts_with(&fold(&text)[..fold(&text).len() - 2]));
    }

    #[test]
    fn no_bytes_make_the_readers_panic(bytes: Vec<u8>) {
        let binding = Binding::empty();
        let types = [Type::Bool, Type::I32, Type::F64, Type::String, Type::Uuid, Type::Decimal,
            Type::Date, Type::Duration, Type::Timestamp];
        for ty in types {
            for described in [part("x", ty), part("x", ty).optional().desc()] {
                let _ = part_length(&described, &bytes);
                let _ = super::describe(&binding, &[described], &bytes);
            }
        }
        let _ = <Option<Decimal> as KeyValue>::take(&mut KeyReader::new(&binding, &bytes));
        let _ = <(String, Timestamp) as KeyValue>::take(&mut KeyReader::new(&binding, &bytes));
    }
}

#[test]
fn golden_bytes() {
    let hex = |bytes: Vec<u8>| data_encoding::HEXLOWER.encode(&bytes);
    let text = |text: &str| hex(encode(&text.to_owned()));
    assert_eq!(hex(encode(&true)), "01");
    assert_eq!(hex(encode(&-1_i32)), "7fffffff");
    assert_eq!(hex(encode(&1_i64)), "8000000000000001");
    assert_eq!(hex(encode(&258_u32)), "00000102");
    assert_eq!(hex(encode(&u64::MAX)), "ffffffffffffffff");
    assert_eq!(hex(encode(&0.0)), "8000000000000000");
    assert_eq!(hex(encode(&-0.0)), "8000000000000000");
    assert_eq!(hex(encode(&1.5)), "bff8000000000000");
    assert_eq!(hex(encode(&-1.5)), "4007ffffffffffff");
    assert_eq!(text(""), "0001");
    assert_eq!(text("a\0b"), "6100ff620001");
    assert_eq!(hex(encode(&Some(7_u32))), "0100000007");
    assert_eq!(hex(encode(&None::<u32>)), "00");
    assert_eq!(hex(encode(&Uuid::from_u128(1))), format!("{:032x}", 1));
    assert_eq!(hex(encode(&Timestamp::UNIX_EPOCH)), "8000000000000000");
    assert_eq!(hex(encode(&Date::constant(1969, 12, 31))), "7fffffff");
    assert_eq!(
        hex(encode(&Duration::new(-1, -5))),
        "7fffffffffffffff7ffffffb"
    );
    assert_eq!(hex(encode(&Decimal::ZERO)), "01");
    assert_eq!(hex(encode(&Decimal::new(110, 2))), "02410c00");
    assert_eq!(hex(encode(&Decimal::new(-110, 2))), "00bef3ff");
    assert_eq!(hex(encode(&(1_u32, true))), "0000000101");
    let mut desc = encode(&"a".to_owned());
    arrange(&mut desc, 0, &Part::desc(part("x", Type::String)));
    assert_eq!(hex(desc), "9efffe");
}

#[test]
fn a_prefix_of_all_ff_has_no_successor() {
    assert_eq!(successor(vec![1, 0xff]), Some(vec![2]));
    assert_eq!(successor(vec![0xff, 0xff]), None);
    assert_eq!(successor(Vec::new()), None);
}
