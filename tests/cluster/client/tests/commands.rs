//! The test cluster does what it is told from Rust.

use keyloom_cluster::{Cluster, Fault, Kind, Options, Server};

#[test]
fn regions_leaders_and_servers_follow_commands() {
    let cluster = Cluster::start().unwrap();
    let admin = cluster.admin();
    admin.split(b"m\0").unwrap();
    let region = admin.region_of(b"z").unwrap();
    assert_eq!(
        (region.start.as_slice(), region.end.as_slice()),
        (&b"m\0"[..], &b""[..])
    );
    for store in admin.stores().unwrap() {
        admin.transfer(region.id, store).unwrap();
        assert_eq!(admin.region_of(b"m\0").unwrap().leader, store);
    }
    admin.stop(Server::All).unwrap();
    admin.start(Server::All).unwrap();
    let fault = admin
        .fail(Fault::new("Tso", Kind::Hang).key("a").skip(1).always())
        .unwrap();
    assert_eq!(admin.hits(fault), Ok(0));
    admin.clear(fault).unwrap();
    assert!(
        admin
            .hits(fault)
            .unwrap_err()
            .to_string()
            .contains("it was cleared")
    );
    assert_eq!(admin.reset().unwrap().to_stores(), 0);
    assert_eq!(admin.trace(), Ok(vec![]));
    let wrong = admin.transfer(region.id, 999).unwrap_err();
    assert!(
        wrong.to_string().contains("has no peer on store 999"),
        "{wrong}"
    );
}

#[test]
fn a_killed_cluster_comes_back_at_its_addresses_with_its_regions() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        folder: Some(folder.path().to_owned()),
        stores: 2,
        ..Options::default()
    };
    let mut cluster = Cluster::start_with(options).unwrap();
    let (pd, admin) = (cluster.pd().to_owned(), cluster.admin().clone());
    admin.split(b"k").unwrap();
    let before = admin.regions().unwrap();
    cluster.kill().unwrap();
    assert!(admin.regions().is_err());
    cluster.restart().unwrap();
    assert_eq!(cluster.pd(), pd);
    assert_eq!(admin.regions().unwrap(), before);
}
