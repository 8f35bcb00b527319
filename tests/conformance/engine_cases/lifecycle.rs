use super::*;

pub async fn after_close_everything_answers_closed(engine: &impl Engine) {
    written(engine, put(&[("key", "1")])).await;
    let snapshot = engine.snapshot().await.unwrap();
    engine.close().await.unwrap();
    assert_eq!(engine.snapshot().await.err(), Some(EngineError::Closed));
    assert_eq!(snapshot.get(b"key").await, Err(EngineError::Closed));
    assert_eq!(
        snapshot.scan(&range(b"", None), FORWARD).await,
        Err(EngineError::Closed)
    );
    let outcome = engine.commit(&snapshot, put(&[("key", "2")])).await;
    assert!(
        matches!(outcome, Outcome::Failed(EngineError::Closed)),
        "{outcome:?}"
    );
    assert_eq!(engine.close().await, Err(EngineError::Closed));
}
