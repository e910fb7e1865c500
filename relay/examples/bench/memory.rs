//! What a relay holds in memory: with many streams open, and with many practices and entries.

use crate::Failure;
use crate::load::PRACTICES;
use crate::support::client::{Client, get, post};
use crate::support::keys;
use crate::support::lab::{open, register_on, sign_in_at};
use crate::support::practice::Sealing;
use crate::support::process::{Process, UNLIMITED};
use serde::Serialize;
use std::path::Path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wire::api::JOSE;

const MIB: f64 = 1024.0;

#[derive(Serialize)]
pub(crate) struct Memory {
    /// Just started.
    pub(crate) at_rest_mib: f64,
    pub(crate) streams: usize,
    /// With the streams open, each of which has told one head.
    pub(crate) with_streams_mib: f64,
    pub(crate) practices: usize,
    pub(crate) entries: u64,
    /// After a submission to each practice and pages read from all over the database.
    pub(crate) with_entries_mib: f64,
}

pub(crate) async fn measure(
    folder: &Path,
    streams: usize,
    practices: usize,
    entries: u64,
) -> Result<Memory, Failure> {
    let connections = format!("{UNLIMITED}[connections]\nmost = {}\n", streams + 100);
    std::fs::write(folder.join("relay.toml"), connections)?;
    register_on(&open(folder), PRACTICES[0]).await;
    let relay = Process::start(folder, &[]).await;
    let at_rest_mib = relay.resident_kib() as f64 / MIB;
    let with_streams_mib = with_streams(&relay, streams).await?;
    relay.end().await;

    let names = fill(folder, practices, entries).await?;
    let relay = Process::start(folder, &[]).await;
    let with_entries_mib = with_entries(&relay, &names).await?;
    relay.end().await;
    Ok(Memory { at_rest_mib, streams, with_streams_mib, practices, entries, with_entries_mib })
}

async fn with_streams(relay: &Process, number: usize) -> Result<f64, Failure> {
    let mut client = Client::connect(relay.address).await?;
    let token = sign_in_at(&mut client, PRACTICES[0]).await;
    let request = get(&format!("/v1/practices/{}/heads", PRACTICES[0]), &token);
    let mut open = Vec::with_capacity(number);
    for _ in 0..number {
        let mut stream = TcpStream::connect(relay.address).await?;
        stream.write_all(&request).await?;
        let mut begun = [0; 15];
        stream.read_exact(&mut begun).await?;
        if &begun != b"HTTP/1.1 200 OK" {
            return Err("a stream is refused".into());
        }
        open.push(stream);
    }
    Ok(relay.resident_kib() as f64 / MIB)
}

/// Registers practices and gives each its share of entries, of the size that a short inquiry has. Their
/// chains are not right: nobody reads them here but the relay, which does not look.
async fn fill(folder: &Path, practices: usize, entries: u64) -> Result<Vec<String>, Failure> {
    let names: Vec<String> = (0..practices).map(|number| format!("practice-{number}")).collect();
    let store = open(folder);
    for name in &names {
        register_on(&store, name).await;
    }
    drop(store);
    let body = Sealing::inquiry(PRACTICES[0]).body();
    let connection = rusqlite::Connection::open(folder.join("relay.db"))?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    let sql = "WITH RECURSIVE n (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < ?1)
               INSERT INTO entry (key, practice, id, kind, thread, sha256, time, hash, body)
               SELECT practice.key * 1099511627776 + n.seq, practice.key, randomblob(16), 'inquiry',
                      randomblob(16), randomblob(32), n.seq, randomblob(32), ?2
               FROM practice, n WHERE practice.name LIKE 'practice-%'";
    connection.execute(sql, rusqlite::params![entries / practices as u64, body])?;
    Ok(names)
}

async fn with_entries(relay: &Process, names: &[String]) -> Result<f64, Failure> {
    let mut client = Client::connect(relay.address).await?;
    for name in names {
        let path = format!("/v1/practices/{name}/inquiries");
        let sealed = Sealing { practice: name.clone(), ..Sealing::inquiry(name) };
        let (status, body) = client.exchange(&post(&path, JOSE, "", &sealed.body())).await?;
        if status != 201 {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
        }
    }
    let _ = keys::coordinator();
    for name in names.iter().step_by(50) {
        let token = sign_in_at(&mut client, name).await;
        let page = get(&format!("/v1/practices/{name}/entries?after=100&limit=500"), &token);
        if client.exchange(&page).await?.0 != 200 {
            return Err("a page is refused".into());
        }
    }
    Ok(relay.resident_kib() as f64 / MIB)
}
