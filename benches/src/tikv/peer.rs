//! The work by Tito 0.17, as its examples do it: strings and numbers in JSON, indexes by name.

use super::{BATCH, DEPTH, Member, ROWS, TEAM, Work, typed::full};
use crate::Fault;
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use tito::{
    TiKV, TitoError, TitoModel, TitoModelOptions, TitoModelTrait,
    backend::tikv::TiKVBackend,
    types::{
        TitoEngine, TitoFindOneByIndexPayload, TitoIndexBlockType, TitoIndexConfig, TitoIndexField,
        TitoPaginated,
    },
};

/// The record of the schema `bench`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct TitoMember {
    id: String,
    email: String,
    name: String,
    team: u32,
    joined_at: i64,
    score: i64,
    bio: String,
}

impl From<&Member> for TitoMember {
    fn from(member: &Member) -> Self {
        Self {
            id: member.id.0.to_string(),
            email: member.email.clone(),
            name: member.name.clone(),
            team: member.team,
            joined_at: member.joined_at.as_microsecond(),
            score: member.score,
            bio: member.bio.clone(),
        }
    }
}

fn index(name: &str, field: &str, kind: TitoIndexBlockType) -> TitoIndexConfig {
    TitoIndexConfig {
        condition: true,
        name: name.to_owned(),
        fields: vec![TitoIndexField {
            name: field.to_owned(),
            r#type: kind,
        }],
    }
}

impl TitoModelTrait for TitoMember {
    fn indexes(&self) -> Vec<TitoIndexConfig> {
        vec![
            index("by_team", "team", TitoIndexBlockType::Number),
            index("by_joined", "joined_at", TitoIndexBlockType::Number),
        ]
    }

    fn unique_indexes(&self) -> Vec<TitoIndexConfig> {
        vec![index("by_email", "email", TitoIndexBlockType::String)]
    }

    fn table() -> String {
        "member".to_owned()
    }

    fn id(&self) -> String {
        self.id.clone()
    }
}

pub(super) struct Peer {
    engine: TiKVBackend,
    model: TitoModel<TiKVBackend, TitoMember>,
    loaded: Vec<TitoMember>,
    deep: String,
}

impl Peer {
    pub(super) async fn load(pd: &str, loaded: &[Member]) -> Result<Self, Fault> {
        let engine = TiKV::connect(vec![pd]).await?;
        let model = engine
            .clone()
            .model::<TitoMember>(TitoModelOptions::default());
        let loaded: Vec<TitoMember> = loaded.iter().map(TitoMember::from).collect();
        let mut peer = Self {
            engine,
            model,
            loaded,
            deep: String::new(),
        };
        for batch in peer.loaded.chunks(BATCH) {
            peer.set(batch.to_vec()).await?;
        }
        let mut deep = None;
        for _ in 0..DEPTH {
            deep = peer.page(deep).await?.cursor;
        }
        peer.deep = deep.ok_or("there are no thousand pages")?;
        Ok(peer)
    }

    async fn set(&self, members: Vec<TitoMember>) -> Result<(), TitoError> {
        let model = &self.model;
        let body = |tx| async move {
            for member in members {
                model.set(member).execute(&tx).await?;
            }
            Ok::<_, TitoError>(())
        };
        self.engine.transaction(body).await
    }

    async fn page(&self, cursor: Option<String>) -> Result<TitoPaginated<TitoMember>, TitoError> {
        let mut query = self.model.query_by_index("by_team");
        let query = query.value(TEAM.to_string());
        let rows = u32::try_from(ROWS).ok();
        query.limit(rows).cursor(cursor).execute(None).await
    }

    pub(super) async fn run(
        &self,
        work: Work,
        input: &[Member],
        round: usize,
    ) -> Result<(), Fault> {
        let model = &self.model;
        for (at, member) in input.iter().enumerate() {
            let member = TitoMember::from(member);
            match work {
                Work::Get => drop(black_box(model.get(&member.id).execute(None).await?)),
                Work::GetMany => {
                    let from = at * BATCH;
                    let part = &self.loaded[from..from + BATCH];
                    let ids = part.iter().map(|it| it.id.clone()).collect();
                    full(model.get_many(ids).execute(None).await?.len(), BATCH)?;
                }
                Work::Unique => {
                    let payload = TitoFindOneByIndexPayload {
                        index: "by_email".to_owned(),
                        values: vec![member.email],
                    };
                    drop(black_box(
                        model.find_one_by_unique_index(payload, None).await?,
                    ));
                }
                // Its entries hold the whole record, so every page is a covering one.
                Work::Page | Work::PageCovering => full(self.page(None).await?.items.len(), ROWS)?,
                Work::PageDeep => {
                    let page = self.page(Some(self.deep.clone())).await?;
                    full(page.items.len(), ROWS)?;
                }
                Work::Insert => self.set(vec![member]).await?,
                Work::UpdateUnindexed => {
                    let bio = format!("{} {round} {at}", member.bio);
                    self.set(vec![TitoMember { bio, ..member }]).await?;
                }
                Work::Delete => {
                    let id = &member.id;
                    let body = |tx| async move { model.remove(id, &tx).await };
                    if !self.engine.transaction(body).await? {
                        return Err("an inserted record is gone".into());
                    }
                }
            }
        }
        Ok(())
    }
}
