//! Artefacts: whole or absent, and never outside of their workspace.

use bytes::Bytes;
use futures_util::TryStreamExt;
use outlay_store::{Id, ObjectError, ObjectKey, Objects, WorkspaceId};

use crate::support::{later, now};

#[tokio::test]
async fn an_object_is_written_read_listed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(&folder.path().join("objects").display().to_string(), []).unwrap();
    let workspace: WorkspaceId = Id::new(now());
    let key = ObjectKey::named(workspace, &["models", "1", "draws.parquet"]).unwrap();
    assert!(matches!(objects.get(&key).await, Err(ObjectError::NotFound(_))));
    objects.put(&key, Bytes::from_static(b"one")).await.unwrap();
    objects.put(&key, Bytes::from_static(b"two!")).await.unwrap();
    assert_eq!(objects.get(&key).await.unwrap(), "two!");
    assert_eq!(objects.size(&key).await.unwrap(), Some(4));
    let content = objects.put_content(workspace, Bytes::from_static(b"same")).await.unwrap();
    let again = objects.put_content(workspace, Bytes::from_static(b"same")).await.unwrap();
    assert_eq!(content, again);
    let listed = objects.list(workspace, None).await.unwrap();
    assert_eq!(listed, [content, key.clone()]);
    assert_eq!(objects.list(workspace, Some("models")).await.unwrap(), std::slice::from_ref(&key));
    assert!(objects.list(Id::new(later(1)), None).await.unwrap().is_empty());
    assert_eq!(ObjectKey::parse(workspace, key.as_str()).unwrap(), key);
    objects.delete(&key).await.unwrap();
    objects.delete(&key).await.unwrap();
    assert_eq!(objects.size(&key).await.unwrap(), None);
}

#[tokio::test]
async fn a_large_object_appears_when_it_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::folder(folder.path()).unwrap();
    let workspace: WorkspaceId = Id::new(now());
    let key = ObjectKey::named(workspace, &["uploads", "large.csv"]).unwrap();
    let mut given_up = objects.writer(&key).await.unwrap();
    given_up.write(&[1; 1000]).await.unwrap();
    given_up.abort().await.unwrap();
    let mut writer = objects.writer(&key).await.unwrap();
    for _ in 0..20 {
        writer.write(&vec![7; 1 << 20]).await.unwrap();
        assert_eq!(objects.size(&key).await.unwrap(), None);
    }
    let written = writer.finish().await.unwrap();
    assert_eq!(written.bytes, 20 << 20);
    let read: Vec<Bytes> = objects.stream(&key).await.unwrap().try_collect().await.unwrap();
    assert_eq!(read.iter().map(Bytes::len).sum::<usize>(), 20 << 20);
    assert_eq!(objects.list(workspace, None).await.unwrap(), [key]);
}

#[test]
fn no_key_leads_out_of_its_workspace() {
    let (mine, theirs): (WorkspaceId, WorkspaceId) = (Id::new(now()), Id::new(later(1)));
    for trick in ["..", ".", "", "a/b", "a\\b", "%2e%2e", "a\0", "é", ".hidden", "C:", "~"] {
        let refused = ObjectKey::named(mine, &["uploads", trick]);
        assert!(matches!(refused, Err(ObjectError::Key(_))), "{trick}");
    }
    assert!(ObjectKey::named(mine, &[]).is_err());
    let key = ObjectKey::named(theirs, &["x"]).unwrap();
    assert!(ObjectKey::parse(mine, key.as_str()).is_err());
    assert!(ObjectKey::parse(mine, &format!("workspace/{mine}/../{theirs}/x")).is_err());
}
