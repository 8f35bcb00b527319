//! The few questions to PD for which the client has no call.
//!
//! PD's protocol is protobuf over gRPC; the messages here have the fields that are used, under the numbers of
//! `pdpb.proto`. Whatever goes wrong is no answer: callers do without. Only [`Pd::trouble`] tells what it is.

use super::{TikvOptions, fault, regions::Bounds};
use prost::Message;
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};
use tikv_client::SecurityManager;
use tokio::{sync::Mutex, time::timeout};
use tonic::{
    Request, Response, Status, client::Grpc, codec::ProstCodec, codegen::http::uri::PathAndQuery,
    transport::Channel,
};

/// A server that could not be asked is left alone for so long.
const PAUSE: Duration = Duration::from_secs(1);

/// PD, asked through a connection of its own.
pub(super) struct Pd {
    servers: Vec<String>,
    tls: Option<[PathBuf; 3]>,
    keyspace: Option<String>,
    timeout: Duration,
    leader: Mutex<Connection>,
}

enum Connection {
    None,
    Failed(Instant),
    To(Leader),
}

#[derive(Clone)]
struct Leader {
    channel: Channel,
    cluster: u64,
    /// What the keys of the store's keyspace begin with; nothing if it has none.
    space: Vec<u8>,
}

impl Pd {
    pub(super) fn new(options: &TikvOptions) -> Self {
        let tls = [&options.ca, &options.cert, &options.key].map(Clone::clone);
        Self {
            servers: options.pd.clone(),
            tls: match tls {
                [Some(ca), Some(cert), Some(key)] => Some([ca, cert, key]),
                _ => None,
            },
            keyspace: options.keyspace.clone(),
            timeout: options.timeout,
            leader: Mutex::new(Connection::None),
        }
    }

    /// The region of a key, or of what lies just below it.
    pub(super) async fn region(&self, key: &[u8], below: bool) -> Option<Bounds> {
        let leader = self.leader().await?;
        let found = timeout(self.timeout, leader.region(key, below))
            .await
            .ok()
            .flatten();
        if found.is_none() {
            *self.leader.lock().await = Connection::Failed(Instant::now());
        }
        found
    }

    async fn leader(&self) -> Option<Leader> {
        let mut connection = self.leader.lock().await;
        match &*connection {
            Connection::To(leader) => return Some(leader.clone()),
            Connection::Failed(since) if since.elapsed() < PAUSE => return None,
            Connection::Failed(_) | Connection::None => {}
        }
        let found = timeout(self.timeout, self.find()).await.ok().flatten();
        *connection = match &found {
            Some(leader) => Connection::To(leader.clone()),
            None => Connection::Failed(Instant::now()),
        };
        found
    }

    async fn find(&self) -> Option<Leader> {
        for server in &self.servers {
            let Ok(Members {
                header: Some(Header { cluster }),
                leader: Some(member),
            }) = self.members(server).await
            else {
                continue;
            };
            for url in &member.urls {
                if let Ok(channel) = self.connect(url).await {
                    let space = self.space(&channel, cluster).await?;
                    return Some(Leader {
                        channel,
                        cluster,
                        space,
                    });
                }
            }
        }
        None
    }

    /// Why a server does not answer; none if all do.
    pub(super) async fn trouble(&self) -> Option<String> {
        for server in &self.servers {
            let answer = timeout(self.timeout, self.members(server)).await;
            if let Ok(Err(error)) = answer {
                return Some(fault::describe(&error));
            }
        }
        None
    }

    async fn members(&self, server: &str) -> tikv_client::Result<Members> {
        let channel = self.connect(server).await?;
        Ok(ask(&channel, "/pdpb.PD/GetMembers", Asked::default()).await?)
    }

    async fn connect(&self, server: &str) -> tikv_client::Result<Channel> {
        let security = match &self.tls {
            Some([ca, cert, key]) => SecurityManager::load(ca, cert, key)?,
            None => SecurityManager::default(),
        };
        security.connect(server, |channel| channel).await
    }

    async fn space(&self, channel: &Channel, cluster: u64) -> Option<Vec<u8>> {
        let Some(name) = &self.keyspace else {
            return Some(Vec::new());
        };
        let asked = Asked {
            header: Some(Header { cluster }),
            key: name.clone().into_bytes(),
        };
        let found = ask(channel, "/keyspacepb.Keyspace/LoadKeyspace", asked).await;
        let found: Keyspace = found.ok()?;
        let [_, id @ ..] = found.keyspace?.id.to_be_bytes();
        Some([&b"x"[..], &id].concat())
    }
}

impl Leader {
    async fn region(&self, key: &[u8], below: bool) -> Option<Bounds> {
        let found = self.bounds("/pdpb.PD/GetRegion", key).await?;
        if below && found.start.as_slice() == key {
            return self.bounds("/pdpb.PD/GetPrevRegion", key).await;
        }
        Some(found)
    }

    async fn bounds(&self, path: &'static str, key: &[u8]) -> Option<Bounds> {
        let asked = Asked {
            header: Some(Header {
                cluster: self.cluster,
            }),
            key: encode(&[&self.space, key].concat()),
        };
        let found: Found = ask(&self.channel, path, asked).await.ok()?;
        let region = found.region?;
        let own = |key: &[u8]| {
            decode(key)?
                .strip_prefix(self.space.as_slice())
                .map(<[u8]>::to_vec)
        };
        Some(Bounds {
            // A region that begins or ends outside the keyspace holds its first or its last key.
            start: own(&region.start).unwrap_or_default(),
            end: own(&region.end).filter(|end| !end.is_empty()),
        })
    }
}

async fn ask<T: Message + Default + 'static>(
    channel: &Channel,
    path: &'static str,
    asked: Asked,
) -> Result<T, Status> {
    let mut grpc = Grpc::new(channel.clone());
    let ready = grpc.ready().await;
    ready.map_err(|error| Status::from_error(Box::new(error)))?;
    let codec = ProstCodec::<Asked, T>::default();
    let answer = grpc
        .unary(Request::new(asked), PathAndQuery::from_static(path), codec)
        .await;
    answer.map(Response::into_inner)
}

/// Any request here: a header, and a key or a name.
#[derive(Clone, PartialEq, Message)]
struct Asked {
    #[prost(message, optional, tag = "1")]
    header: Option<Header>,
    #[prost(bytes = "vec", tag = "2")]
    key: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Header {
    #[prost(uint64, tag = "1")]
    cluster: u64,
}

#[derive(Clone, PartialEq, Message)]
struct Members {
    #[prost(message, optional, tag = "1")]
    header: Option<Header>,
    #[prost(message, optional, tag = "3")]
    leader: Option<Member>,
}

#[derive(Clone, PartialEq, Message)]
struct Member {
    #[prost(string, repeated, tag = "4")]
    urls: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct Found {
    #[prost(message, optional, tag = "2")]
    region: Option<Region>,
}

#[derive(Clone, PartialEq, Message)]
struct Region {
    #[prost(bytes = "vec", tag = "2")]
    start: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    end: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Keyspace {
    #[prost(message, optional, tag = "2")]
    keyspace: Option<KeyspaceMeta>,
}

#[derive(Clone, PartialEq, Message)]
struct KeyspaceMeta {
    #[prost(uint32, tag = "1")]
    id: u32,
}

/// Bytes of a group.
const GROUP: usize = 8;

/// A key as PD has it: groups of eight bytes, filled up with zeros, each followed by `ff` less the number of those.
fn encode(key: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity((key.len() / GROUP + 1) * (GROUP + 1));
    let mut rest = Some(key);
    while let Some(left) = rest {
        let (group, more) = left.split_at(left.len().min(GROUP));
        out.extend_from_slice(group);
        let missing = GROUP - group.len();
        out.resize(out.len() + missing, 0);
        // At most eight.
        out.push(0xff - u8::try_from(missing).unwrap_or(0));
        rest = (missing == 0).then_some(more);
    }
    out
}

/// The key behind it; none for the empty bound and for what is no such key.
fn decode(encoded: &[u8]) -> Option<Vec<u8>> {
    let mut key = Vec::with_capacity(encoded.len());
    for group in encoded.chunks(GROUP + 1) {
        let (mark, bytes) = group.split_last()?;
        let missing = usize::from(0xff - *mark);
        key.extend_from_slice(bytes.get(..GROUP.checked_sub(missing)?)?);
        if missing > 0 {
            return Some(key);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_bytes() {
        assert_eq!(encode(b""), [0, 0, 0, 0, 0, 0, 0, 0, 0xf7]);
        assert_eq!(encode(b"abc"), *b"abc\0\0\0\0\0\xfa");
        assert_eq!(encode(b"abcdefgh"), *b"abcdefgh\xff\0\0\0\0\0\0\0\0\xf7");
    }

    #[test]
    fn a_key_comes_back_and_other_bytes_are_none() {
        for length in 0..30 {
            let key: Vec<u8> = (0..length).map(|at| at * 9).collect();
            assert_eq!(decode(&encode(&key)), Some(key));
        }
        for bytes in [&b""[..], b"abc", b"abcdefgh\xff", b"abcdefgh\x01"] {
            assert_eq!(decode(bytes), None, "{bytes:?}");
        }
    }
}
