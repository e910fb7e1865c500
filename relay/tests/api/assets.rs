use crate::support::lab::{Answer, Lab};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use relay::http::assets::Assets;
use relay::library::{ImportError, Library, import_versions};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// A built widget version named by its loader's hash; its name.
fn build(folder: &Path, loader: &str) -> String {
    let digest = Sha256::digest(loader);
    let version: String = digest[..10].iter().map(|byte| format!("{byte:02x}")).collect();
    let place = folder.join(&version);
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("loader.js"), loader).unwrap();
    fs::write(place.join("loader.js.br"), "brotli of it").unwrap();
    fs::write(place.join("loader.js.gz"), "gzip of it").unwrap();
    fs::write(place.join("widget.wasm"), "\0asm").unwrap();
    version
}

async fn get(lab: &Lab, path: &str, accept: &str) -> Answer {
    let request = Request::builder().uri(path).header("accept-encoding", accept);
    lab.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn every_version_ever_imported_is_served_for_ever() {
    let (built, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let kept = data.path().join("assets");
    let old = build(built.path(), "old loader");
    fs::write(built.path().join("current.json"), "{}").unwrap();
    assert_eq!(import_versions(built.path(), &kept).unwrap(), std::slice::from_ref(&old));
    // The next build has the new version only.
    fs::remove_dir_all(built.path().join(&old)).unwrap();
    let new = build(built.path(), "new loader");
    assert_eq!(import_versions(built.path(), &kept).unwrap(), std::slice::from_ref(&new));
    assert!(import_versions(built.path(), &kept).unwrap().is_empty());

    let lab = Lab::with_assets(Assets::new(Library::open(&kept).unwrap(), None));
    for (version, text) in [(&old, "old loader"), (&new, "new loader")] {
        let answer = get(&lab, &format!("/e/{version}/loader.js"), "").await;
        assert_eq!((answer.status, answer.text()), (StatusCode::OK, text.to_owned()));
        assert_eq!(answer.header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin");
    }
    let wasm = get(&lab, &format!("/e/{new}/widget.wasm"), "br").await;
    assert_eq!((wasm.header("content-type"), wasm.header("content-encoding")), ("application/wasm", ""));
}

#[tokio::test]
async fn the_best_copy_that_the_browser_takes_is_sent() {
    let built = tempfile::tempdir().unwrap();
    let version = build(built.path(), "loader");
    let lab = Lab::with_assets(Assets::new(Library::open(built.path()).unwrap(), None));
    let path = format!("/e/{version}/loader.js");
    for (accept, encoding, text) in [
        ("gzip, deflate, br, zstd", "br", "brotli of it"),
        ("gzip", "gzip", "gzip of it"),
        ("br;q=0, identity", "", "loader"),
        ("", "", "loader"),
    ] {
        let answer = get(&lab, &path, accept).await;
        assert_eq!((answer.header("content-encoding"), &*answer.text()), (encoding, text), "{accept}");
        assert_eq!(answer.header("vary"), "accept-encoding");
    }
}

#[tokio::test]
async fn nothing_else_can_be_named() {
    let built = tempfile::tempdir().unwrap();
    let version = build(built.path(), "loader");
    fs::write(built.path().join(&version).join(".secret.js"), "x").unwrap();
    fs::write(built.path().join("outside.db"), "x").unwrap();
    let lab = Lab::with_assets(Assets::new(Library::open(built.path()).unwrap(), None));
    for path in [
        &format!("/e/{version}/..%2Foutside.db"),
        &format!("/e/{version}/%2e%2e"),
        &format!("/e/{version}/.secret.js"),
        &format!("/e/{version}/loader.js.br"),
        &format!("/e/{version}/"),
        "/e/..%2f/outside.db",
        "/console/index.html",
        "/console/",
    ] {
        get(&lab, path, "").await.problem(404, "not-found");
    }
}

#[test]
fn a_version_that_is_not_named_by_its_loader_is_not_taken_in() {
    let (built, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let version = build(built.path(), "loader");
    fs::write(built.path().join(version).join("loader.js"), "another loader").unwrap();
    let error = import_versions(built.path(), &data.path().join("assets")).unwrap_err();
    assert!(matches!(error, ImportError::Misnamed(_)), "{error}");
}

#[tokio::test]
async fn the_console_runs_under_a_strict_policy() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("index.html"), "<!doctype html>").unwrap();
    let console = Library::open(folder.path()).unwrap();
    let lab = Lab::with_assets(Assets::new(Library::default(), Some(console)));
    let page = get(&lab, "/console/", "br").await;
    assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval'") && !policy.contains("unsafe-inline"));
    assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
    assert_eq!(page.header("access-control-allow-origin"), "");
    assert_eq!(get(&lab, "/console", "").await.header("location"), "/console/");
}
