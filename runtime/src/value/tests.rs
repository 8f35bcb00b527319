//! Round trips, golden bytes and damage of values.

use super::{Decoder, Encoder, FieldValue};
use crate::{Date, Decimal, Duration, Json, Timestamp, Uuid, catalogue::Binding};
use proptest::prelude::*;
use std::{collections::BTreeMap, fmt::Debug};

fn encode(value: &impl FieldValue) -> Vec<u8> {
    let binding = Binding::empty();
    let mut out = Encoder::new(&binding, Vec::new());
    out.put(value);
    out.finish().expect("the value can be stored")
}

fn check<T: FieldValue + PartialEq + Debug>(value: &T) {
    let bytes = encode(value);
    let binding = Binding::empty();
    let mut from = Decoder::new(&binding, &bytes);
    assert_eq!(&T::read(&mut from).expect("it decodes"), value);
    assert_eq!(from.rest(), b"");
    for cut in 0..bytes.len() {
        assert!(
            T::read(&mut Decoder::new(&binding, &bytes[..cut])).is_err(),
            "cut at {cut}"
        );
    }
}

proptest! {
    #[test]
    fn values_come_back_exactly(
        numbers in any::<(i32, i64, u32, u64, bool)>(),
        text in any::<String>(),
        bytes in any::<Vec<u8>>(),
        list in prop::collection::vec(any::<String>(), 0..4),
        map in prop::collection::btree_map(any::<String>(), any::<i64>(), 0..4),
        bits in any::<u128>(),
    ) {
        check(&numbers.0);
        check(&numbers.1);
        check(&numbers.2);
        check(&numbers.3);
        check(&numbers.4);
        check(&text);
        check(&bytes);
        check(&list);
        check(&map);
        check(&Uuid::from_u128(bits));
        check(&Json::from(list));
    }

    #[test]
    fn decimals_keep_their_scale(mantissa in -10_i128.pow(28) + 1..10_i128.pow(28), scale in 0..=28_u32) {
        let value = Decimal::from_i128_with_scale(mantissa, scale);
        check(&value);
        let bytes = encode(&value);
        let binding = Binding::empty();
        let back = Decimal::read(&mut Decoder::new(&binding, &bytes)).expect("it decodes");
        prop_assert_eq!((back.mantissa(), back.scale()), (mantissa, scale));
    }

    #[test]
    fn times_come_back_exactly(micros in -10_i64.pow(16)..10_i64.pow(16), nanos: i64, days in -3_000_000..2_900_000_i32) {
        check(&Timestamp::from_microsecond(micros).expect("in range"));
        check(&Duration::from_nanos(nanos));
        check(&super::date_of(days).expect("in range"));
        prop_assert_eq!(super::days_of(super::date_of(days).expect("in range")), days);
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes: Vec<u8>) {
        let binding = Binding::empty();
        let from = || Decoder::new(&binding, &bytes);
        let _ = Vec::<String>::read(&mut from());
        let _ = BTreeMap::<String, Decimal>::read(&mut from());
        let _ = Json::read(&mut from());
        let _ = Timestamp::read(&mut from());
        let _ = Date::read(&mut from());
        let _ = Duration::read(&mut from());
    }
}

#[test]
fn golden_bytes() {
    let hex = |bytes: Vec<u8>| data_encoding::HEXLOWER.encode(&bytes);
    assert_eq!(hex(encode(&300_u64)), "ac02");
    assert_eq!(hex(encode(&-1_i32)), "01");
    assert_eq!(hex(encode(&64_i64)), "8001");
    assert_eq!(hex(encode(&"ü".to_owned())), "02c3bc");
    assert_eq!(hex(encode(&vec![0_u8, 255])), "0200ff");
    assert_eq!(hex(encode(&vec![1_u32, 2])), "020102");
    assert_eq!(hex(encode(&1.5)), "000000000000f83f");
    assert_eq!(hex(encode(&Decimal::new(110, 2))), "02016e");
    assert_eq!(hex(encode(&Decimal::new(-128, 0))), "000180");
    assert_eq!(hex(encode(&Decimal::new(128, 0))), "00020080");
    assert_eq!(hex(encode(&Duration::new(-1, -5))), "0109");
    assert_eq!(hex(encode(&Date::constant(1970, 1, 2))), "02");
    assert_eq!(hex(encode(&Json::from(vec![1]))), "035b315d");
}

#[test]
fn json_deeper_than_a_parser_takes_is_refused_when_written() {
    let deep = (0..101).fold(Json::Null, |inner, _| Json::from(vec![inner]));
    let binding = Binding::empty();
    let mut out = Encoder::new(&binding, Vec::new());
    out.put(&deep);
    assert!(out.finish().is_err());
    check(&(0..100).fold(Json::Null, |inner, _| Json::from(vec![inner])));
}
