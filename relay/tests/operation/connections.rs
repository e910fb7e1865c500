//! Slow and silent clients, streams, and the orderly end, over real sockets.

use crate::support::client::{Client, get, post};
use crate::support::practice::Sealing;
use crate::support::process::{Process, command};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use wire::api::JOSE;

const SUBMIT: &str = "/v1/practices/lakeside-ortho/inquiries";

/// Sends `beginning`, then nothing; how long until the relay ends the connection, and what it said.
async fn hold(address: SocketAddr, beginning: &[u8]) -> (Duration, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(beginning).await.unwrap();
    let started = Instant::now();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut answer)).await.unwrap();
    (started.elapsed(), String::from_utf8_lossy(&answer).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_are_cut_and_do_not_hinder_others() {
    let folder = tempfile::tempdir().unwrap();
    crate::support::lab::register_in(folder.path(), "lakeside-ortho").await;
    let relay = Process::start(folder.path(), &[]).await;
    let address = relay.address;
    let head = format!(
        "POST {SUBMIT} HTTP/1.1\r\nhost: x\r\ncontent-type: {JOSE}\r\ncontent-length: 5000\r\n\r\nabc"
    );
    let beginnings: [&[u8]; 3] = [b"", b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ", head.as_bytes()];
    let held: Vec<_> = (0..200)
        .map(|number| {
            let beginning = beginnings[number % 3].to_vec();
            tokio::spawn(async move { hold(address, &beginning).await })
        })
        .collect();

    tokio::time::sleep(Duration::from_millis(500)).await;
    let started = Instant::now();
    let mut client = Client::connect(address).await.unwrap();
    let request = post(SUBMIT, JOSE, "", &Sealing::inquiry("lakeside-ortho").body());
    assert_eq!(client.exchange(&request).await.unwrap().0, 201);
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());

    for (number, held) in held.into_iter().enumerate() {
        let (time, answer) = held.await.unwrap();
        assert!(time < Duration::from_secs(17), "{number}: {time:?}");
        if number % 3 == 2 {
            assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        }
    }
}

/// Sends `text` a few bytes at a time, one piece each quarter of a second, until the relay hangs up.
async fn dribble(stream: &mut (impl AsyncWriteExt + Unpin), text: &[u8], piece: usize) {
    for piece in text.chunks(piece) {
        if stream.write_all(piece).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// What a client may take for a head and for a body are no two times to be added up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_slow_all_through_is_cut_as_soon() {
    let folder = tempfile::tempdir().unwrap();
    crate::support::lab::register_in(folder.path(), "lakeside-ortho").await;
    let relay = Process::start(folder.path(), &[]).await;
    let head =
        format!("POST {SUBMIT} HTTP/1.1\r\nhost: x\r\ncontent-type: {JOSE}\r\ncontent-length: 5000\r\n\r\n");
    let stream = TcpStream::connect(relay.address).await.unwrap();
    let started = Instant::now();
    let (mut reading, mut writing) = stream.into_split();
    let sending = tokio::spawn(async move {
        // 7 s for the head; the body would take as long as it may.
        dribble(&mut writing, head.as_bytes(), head.len().div_ceil(28)).await;
        dribble(&mut writing, &[b'a'; 5000], 1).await;
    });
    let mut answer = Vec::new();
    reading.read_to_end(&mut answer).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(17), "{:?}", started.elapsed());
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    sending.abort();
}

/// A refusal that does not wait for the rest of a request must reach its sender, who is still sending it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_early_answer_is_not_lost_in_a_reset() {
    let folder = tempfile::tempdir().unwrap();
    crate::support::lab::register_in(folder.path(), "lakeside-ortho").await;
    let relay = Process::start(folder.path(), &[]).await;
    // More than the system takes over for a relay that does not read.
    let body = "a".repeat(24 << 20);
    let request = post(SUBMIT, "text/plain", "", &body);
    let mut stream = TcpStream::connect(relay.address).await.unwrap();
    stream.write_all(&request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 415") && answer.ends_with('}'), "{answer}");
    // The whole of it was taken, and nobody waits for more.
    drop(stream);
    relay.end().await;
}

/// More clients at once than the relay comes to accept at once, as after a newsletter.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_waits_in_the_systems_queue() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path(), &[]).await;
    let address = relay.address;
    relay.signal("STOP").await;
    let mut clients = Vec::new();
    for number in 0..400 {
        let connected = tokio::time::timeout(Duration::from_secs(10), Client::connect(address)).await;
        clients.push(connected.unwrap_or_else(|_| panic!("client {number} is not let in")).unwrap());
    }
    relay.signal("CONT").await;
    for client in &mut clients {
        assert_eq!(client.exchange(&get("/healthz", "-")).await.unwrap().0, 204);
    }
    drop(clients);
    relay.end().await;
}

#[tokio::test]
async fn oversized_heads_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path(), &[]).await;
    let address = relay.address;
    let large = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx-large: {}\r\n\r\n", "a".repeat(20_000));
    let (_, answer) = hold(address, large.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn a_second_relay_on_the_same_data_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let _relay = Process::start(folder.path(), &[]).await;
    let second = command(folder.path(), &[]).output().await.unwrap();
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("in use by another relay"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_in_order_with_a_stream_open() {
    let folder = tempfile::tempdir().unwrap();
    crate::support::lab::register_in(folder.path(), "lakeside-ortho").await;
    let relay = Process::start(folder.path(), &[]).await;
    let address = relay.address;
    let mut client = Client::connect(address).await.unwrap();
    let token = crate::support::lab::sign_in_at(&mut client, "lakeside-ortho").await;

    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&get("/v1/practices/lakeside-ortho/heads", &token)).await.unwrap();
    let mut stream = BufReader::new(stream);
    assert_eq!(next_seq(&mut stream).await, "0");
    let request = post(SUBMIT, JOSE, "", &Sealing::inquiry("lakeside-ortho").body());
    assert_eq!(client.exchange(&request).await.unwrap().0, 201);
    assert_eq!(next_seq(&mut stream).await, "1");

    tokio::time::timeout(Duration::from_secs(5), relay.end()).await.unwrap();
}

/// The id of the next event.
async fn next_seq(stream: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    let reading = async {
        loop {
            line.clear();
            assert_ne!(stream.read_line(&mut line).await.unwrap(), 0, "the stream ended");
            if let Some(seq) = line.strip_prefix("id: ") {
                return seq.trim().to_owned();
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(5), reading).await.unwrap()
}
