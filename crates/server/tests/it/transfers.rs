//! Files that are sent in parts.

use serde_json::{Value, json};

use crate::support::{Answer, Caller, Running, brand, on_both};

fn begin(admin: &Caller, bytes: usize, sha256: Option<&str>) -> String {
    let form = json!({ "name": "a/brand.csv", "bytes": bytes, "sha256": sha256 });
    let begun = admin.post("/api/uploads/resumable", &form);
    assert_eq!((begun.status, &begun.body["name"]), (201, &json!("brand.csv")), "{}", begun.text);
    assert_eq!(begun.header("upload-offset"), Some("0"));
    let place = begun.header("location").unwrap().to_owned();
    assert_eq!(place, format!("/api/uploads/{}", begun.body["id"].as_str().unwrap()));
    place
}

fn send(admin: &Caller, place: &str, at: usize, part: &[u8]) -> Answer {
    let caller = admin.with("content-type", "application/offset+octet-stream");
    caller.with("upload-offset", &at.to_string()).ask("PATCH", place, Some(part.to_vec()))
}

fn offset(admin: &Caller, place: &str) -> usize {
    let head = admin.ask("HEAD", place, None);
    assert_eq!(head.status, 200);
    head.header("upload-offset").unwrap().parse().unwrap()
}

#[test]
fn a_file_is_sent_in_parts() {
    on_both(|running| {
        let admin = running.admin();
        let file = brand(110);
        let whole = admin.upload("whole.csv", &file).body["sha256"].as_str().unwrap().to_owned();
        let place = begin(&admin, file.len(), Some(&whole));
        let (first, second) = file.split_at(1000);
        assert_eq!(send(&admin, &place, 0, first).status, 204);
        assert_eq!(offset(&admin, &place), 1000);
        // What is there already is not taken twice, and nothing is left out.
        assert_eq!(send(&admin, &place, 0, first).body["code"], "upload.offset");
        assert_eq!(send(&admin, &place, 2000, second).status, 409);
        let incomplete = admin.get(&format!("{place}/description"));
        assert_eq!(
            (incomplete.status, &incomplete.body["code"]),
            (409, &json!("upload.incomplete"))
        );
        let longer = [second, b"more"].concat();
        assert_eq!(send(&admin, &place, 1000, &longer).status, 413);
        let at = offset(&admin, &place);
        assert_eq!(send(&admin, &place, at, &file[at..]).status, 204);
        let row = admin.get(&place).body;
        assert_eq!((&row["state"], &row["sha256"]), (&json!("complete"), &json!(whole)));
        assert_eq!(admin.get(&format!("{place}/description")).body["ready"], true);
        assert_eq!(send(&admin, &place, file.len(), b"x").body["code"], "upload.not-receiving");
    });
}

#[test]
fn what_is_not_what_was_announced_is_refused() {
    let running = Running::with(&[("server.upload_bytes_max", 5000.0)]);
    let admin = running.admin();
    let large = admin.post("/api/uploads/resumable", &json!({ "name": "x", "bytes": 6000 }));
    assert_eq!((large.status, &large.body["code"]), (413, &json!("upload.too-large")));
    for form in [
        json!({ "name": "x", "bytes": 0 }),
        json!({ "name": "..", "bytes": 1 }),
        json!({ "name": "x", "bytes": 1, "sha256": "f" }),
    ] {
        assert_eq!(admin.post("/api/uploads/resumable", &form).status, 422, "{form}");
    }
    let place = begin(&admin, 3, Some(&"0".repeat(64)));
    assert_eq!(send(&admin, &place, 0, b"abc").body["code"], "upload.checksum");
    assert_eq!(admin.get(&place).body["state"], "failed");
    let other = begin(&admin, 3, None);
    assert_eq!(send(&admin, &other, 0, b"a").status, 204);
    assert_eq!(running.person(&admin, "viewer").ask("DELETE", &other, None).status, 403);
    assert_eq!(admin.ask("DELETE", &other, None).status, 204);
    assert_eq!(admin.get(&other).status, 404);
    let left: Vec<Value> = admin.get("/api/uploads").body["items"].as_array().unwrap().clone();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn what_was_acknowledged_survives_the_process() {
    on_both(|running| {
        let admin = running.admin();
        let file = brand(110);
        let place = begin(&admin, file.len(), None);
        assert_eq!(send(&admin, &place, 0, &file[..700]).status, 204);
        // A part that was written and never acknowledged, as a killed process leaves it.
        let id = place.rsplit('/').next().unwrap().to_owned();
        let app = std::sync::Arc::clone(&running.server.as_ref().unwrap().app);
        let lost = running.runtime.block_on(async {
            let workspace =
                app.store.workspaces().list(outlay_store::Page::default()).await.unwrap();
            let folder = format!("upload-{id}");
            let parts = [folder.as_str(), "00000000000000000700-0000000099"];
            let key = outlay_store::ObjectKey::named(workspace.rows[0].id, &parts).unwrap();
            app.objects.put(&key, "never acknowledged".into()).await.unwrap();
            key
        });
        assert_eq!(offset(&admin, &place), 700);
        assert_eq!(send(&admin, &place, 700, &file[700..]).status, 204);
        let whole = admin.upload("whole.csv", &file).body["sha256"].clone();
        assert_eq!(admin.get(&place).body["sha256"], whole);
        let left = running.runtime.block_on(app.objects.size(&lost)).unwrap();
        assert_eq!(left, None, "parts are removed");
    });
}
