use super::*;

const LETTERS: [(&str, &str); 5] = [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"), ("e", "5")];

pub async fn a_key_never_written_is_missing(engine: &impl Engine) {
    assert_eq!(get(engine, "key").await, None);
}

pub async fn an_empty_value_is_not_a_missing_one(engine: &impl Engine) {
    written(engine, put(&[("key", "")])).await;
    assert_eq!(get(engine, "key").await, Some(String::new()));
}

pub async fn get_many_answers_in_the_order_asked_with_gaps_and_repeats(engine: &impl Engine) {
    written(engine, put(&LETTERS)).await;
    let asked = ["c", "z", "a", "c"].map(|key| key.as_bytes().to_vec());
    let snapshot = engine.snapshot().await.unwrap();
    assert_eq!(
        snapshot.get_many(&asked).await.unwrap(),
        [
            Some(b"3".to_vec()),
            None,
            Some(b"1".to_vec()),
            Some(b"3".to_vec())
        ]
    );
    assert_eq!(
        snapshot.get_many(&[]).await.unwrap(),
        Vec::<Option<Vec<u8>>>::new()
    );
}

pub async fn a_scan_is_in_byte_order_and_its_end_is_not_in_it(engine: &impl Engine) {
    written(engine, put(&LETTERS)).await;
    assert_eq!(
        scan(engine, range(b"b", Some(b"d")), FORWARD).await,
        [
            (b"b".to_vec(), b"2".to_vec()),
            (b"c".to_vec(), b"3".to_vec())
        ]
    );
}

pub async fn a_reverse_scan_begins_at_the_end(engine: &impl Engine) {
    written(engine, put(&LETTERS)).await;
    assert_eq!(
        keys(engine, range(b"b", Some(b"e")), REVERSE).await,
        ["d", "c", "b"]
    );
}

pub async fn a_limit_takes_the_first_of_the_direction(engine: &impl Engine) {
    written(engine, put(&LETTERS)).await;
    let two = |options| ScanOptions {
        limit: 2,
        ..options
    };
    assert_eq!(
        keys(engine, range(b"", None), two(FORWARD)).await,
        ["a", "b"]
    );
    assert_eq!(
        keys(engine, range(b"", None), two(REVERSE)).await,
        ["e", "d"]
    );
}

pub async fn a_limit_of_zero_and_an_empty_or_inverted_range_give_nothing(engine: &impl Engine) {
    written(engine, put(&LETTERS)).await;
    let none = Vec::<String>::new();
    for options in [FORWARD, REVERSE] {
        let zero = ScanOptions {
            limit: 0,
            ..options
        };
        assert_eq!(keys(engine, range(b"", None), zero).await, none);
        for (start, end) in [("b", "b"), ("d", "b"), ("bb", "c")] {
            let range = range(start.as_bytes(), Some(end.as_bytes()));
            assert_eq!(keys(engine, range, options).await, none, "{start}..{end}");
        }
    }
}

pub async fn a_scan_for_keys_leaves_values_empty(engine: &impl Engine) {
    written(engine, put(&LETTERS)).await;
    let options = ScanOptions {
        keys_only: true,
        ..FORWARD
    };
    assert_eq!(
        scan(engine, range(b"d", None), options).await,
        [(b"d".to_vec(), vec![]), (b"e".to_vec(), vec![])]
    );
}

pub async fn bounds_of_all_ff_lose_no_key(engine: &impl Engine) {
    let high: [&[u8]; 5] = [b"\xfe", b"\xff", b"\xff\x00", b"\xff\xff", b"\xff\xff\xff"];
    written(engine, put(&high.map(|key| (key, b"")))).await;
    let found = async |range, options| -> Vec<Vec<u8>> {
        let pairs = scan(engine, range, options).await;
        pairs.into_iter().map(|(key, _)| key).collect()
    };
    assert_eq!(found(range(b"\xff", None), FORWARD).await, high[1..]);
    assert_eq!(
        found(range(b"\xff", Some(b"\xff\xff")), FORWARD).await,
        high[1..3]
    );
    let mut reversed = high[3..].to_vec();
    reversed.reverse();
    assert_eq!(found(range(b"\xff\xff", None), REVERSE).await, reversed);
}

pub async fn a_scan_without_an_end_reaches_the_last_key(engine: &impl Engine) {
    written(engine, put(&LETTERS)).await;
    assert_eq!(keys(engine, range(b"d", None), FORWARD).await, ["d", "e"]);
    assert_eq!(keys(engine, range(b"f", None), FORWARD).await, [""; 0]);
}

pub async fn pages_concatenate_to_the_whole(engine: &impl Engine) {
    let all: Vec<String> = (0..500).map(|n| format!("{n:04}")).collect();
    let pairs: Vec<_> = all.iter().map(|key| (key, key)).collect();
    written(engine, put(&pairs)).await;
    for limit in [1, 7, 499, 500, 501] {
        let options = ScanOptions { limit, ..FORWARD };
        let mut seen = Vec::new();
        let mut start = Vec::new();
        loop {
            let page = scan(engine, range(&start, None), options).await;
            let Some((last, _)) = page.last() else { break };
            start.clone_from(last);
            start.push(0);
            seen.extend(
                page.into_iter()
                    .map(|(key, _)| String::from_utf8(key).unwrap()),
            );
        }
        assert_eq!(seen, all, "forward, {limit} a page");

        let options = ScanOptions { limit, ..REVERSE };
        let mut seen = Vec::new();
        let mut end = None;
        loop {
            let page = scan(engine, range(b"", end.as_deref()), options).await;
            let Some((last, _)) = page.last() else { break };
            end = Some(last.clone());
            seen.extend(
                page.into_iter()
                    .map(|(key, _)| String::from_utf8(key).unwrap()),
            );
        }
        seen.reverse();
        assert_eq!(seen, all, "in reverse, {limit} a page");
    }
}

pub async fn pages_by_weight_concatenate_to_the_whole(engine: &impl Engine) {
    let value = |n: usize| vec![b'v'; if n % 40 == 7 { 100_000 } else { n }];
    let pairs: Vec<_> = (0..200)
        .map(|n| (format!("{n:04}").into_bytes(), value(n)))
        .collect();
    written(engine, put(&pairs)).await;
    let snapshot = engine.snapshot().await.unwrap();
    for size in [
        (1, usize::MAX),
        (1_000, 1),
        (17, 150_000),
        (1_000, usize::MAX),
    ] {
        let (size_pairs, bytes) = size;
        let size = PageSize {
            pairs: size_pairs,
            bytes,
        };
        let mut rest = range(b"", None);
        let mut seen = Vec::new();
        loop {
            let page = snapshot.page(&rest, size).await.unwrap();
            assert!(page.pairs.len() <= size.pairs, "{size:?}");
            assert!(page.ended || !page.pairs.is_empty(), "{size:?}");
            seen.extend(page.pairs);
            if page.ended {
                break;
            }
            let last: &Pair = seen.last().unwrap();
            rest.start = [last.0.as_slice(), &[0]].concat();
        }
        assert!(seen == pairs, "{size:?}: {} of 200 pairs", seen.len());
    }
}
