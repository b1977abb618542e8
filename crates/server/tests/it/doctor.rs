//! What keeps a server from starting is said, with the next step.

use outlay_server::{Config, ServeError, Server, doctor};
use tokio::net::TcpListener;

fn config(folder: &std::path::Path) -> Config {
    Config::new("127.0.0.1:0".parse().unwrap(), folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = async |config: &Config| {
        let found = doctor::examine(config).await.into_iter().filter(|finding| !finding.ok);
        let found: Vec<_> = found.collect();
        assert!(found.iter().all(|finding| !finding.next.is_empty()), "{found:?}");
        found.iter().map(|finding| finding.name).collect::<Vec<_>>()
    };
    assert!(wrong(&config(folder.path())).await.is_empty());

    let mut broken = config(folder.path());
    broken.database = Some("mysql://x/y".into());
    assert_eq!(wrong(&broken).await, ["database"]);

    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut busy = config(folder.path());
    busy.listen = taken.local_addr().unwrap();
    assert_eq!(wrong(&busy).await, ["address"]);
    let refused = Server::start(busy).await.err().unwrap();
    assert!(matches!(refused, ServeError::Listen { .. }), "{refused}");
    assert!(refused.next().contains("--listen"));

    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    assert!(wrong(&config(&file)).await.contains(&"data folder"));

    std::fs::write(folder.path().join("outlay.db"), "this is no database, and long enough")
        .unwrap();
    assert!(wrong(&config(folder.path())).await.contains(&"database"));
}
