//! Every backend against the one conformance suite.
#![allow(unreachable_pub, missing_docs, clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod conformance;

use relay::sealed::SealedEntry;
use relay::secret::SecretHash;
use relay::store::postgres::PostgresStore;
use relay::store::{Appended, Quota, Store, StoreError};
use support::practice::Sealing;

/// Hands every law of the suite to `$with`.
macro_rules! laws {
    ($with:ident) => {
        $with!(
            an_invite_registers_one_practice,
            a_repeated_registration_is_the_same,
            a_name_is_taken_once,
            an_expired_invite_is_refused,
            an_appended_entry_is_read_back_whole,
            seqs_have_no_gap_and_the_chain_holds_under_concurrency,
            practices_have_logs_of_their_own,
            an_entry_id_is_an_idempotency_key,
            time_never_runs_backwards,
            pages_are_bounded_in_entries_and_bytes,
            versions_only_rise,
            authority_follows_publication_at_once,
            an_assertion_is_used_once,
            tokens_are_found_until_removed,
            what_staff_do_is_noted_in_a_chain_of_its_own,
            followers_see_the_head_move,
            nothing_is_known_of_an_unknown_practice,
            one_failed_write_takes_no_other_with_it,
            an_erased_body_leaves_its_place_and_the_event_that_says_so,
            only_what_is_in_the_events_thread_is_erased,
            retention_takes_threads_that_are_quiet,
            a_full_log_takes_no_more_and_erasing_makes_room,
            a_known_link_opts_out_once,
        );
    };
}

/// A test for each law, on a file of its own.
macro_rules! on_sqlite {
    ($($law:ident),* $(,)?) => {
        mod sqlite_file {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $law() {
                    let folder = tempfile::tempdir().unwrap();
                    let store = relay::store::sqlite::SqliteStore::open(&folder.path().join("relay.db"));
                    super::conformance::$law(store.unwrap()).await;
                }
            )*
        }
    };
}

laws!(on_sqlite);

/// One test for all laws, each on a database of its own in one throw-away cluster.
macro_rules! on_postgres {
    ($($law:ident),* $(,)?) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn every_law_holds_on_postgres() {
            let cluster = support::cluster::Cluster::start();
            $(
                println!(stringify!($law));
                let store = PostgresStore::open(&cluster.database().await).await.unwrap();
                conformance::$law(store).await;
            )*
            several_relays_on_one_database_are_one(&cluster).await;
            a_refused_statement_leaves_nothing_behind(&cluster).await;
        }
    };
}

laws!(on_postgres);

async fn several_relays_on_one_database_are_one(cluster: &support::cluster::Cluster) {
    let database = cluster.database().await;
    let (one, other) = tokio::join!(PostgresStore::open(&database), PostgresStore::open(&database));
    conformance::two_stores_are_one(one.unwrap(), other.unwrap()).await;
}

async fn append(store: &impl Store) -> Result<Appended, StoreError> {
    let entry = SealedEntry::parse(Sealing::inquiry("lakeside-ortho").body()).unwrap();
    store.append(entry, 1_800_000_000_000, Quota::UNLIMITED, None).await
}

/// A commit is sent beside the last statement, before that is known to have worked.
async fn a_refused_statement_leaves_nothing_behind(cluster: &support::cluster::Cluster) {
    let database = cluster.database().await;
    let store = PostgresStore::open(&database).await.unwrap();
    conformance::practice(&store, "lakeside-ortho").await;
    assert!(matches!(append(&store).await, Ok(Appended::New(receipt)) if receipt.seq == 1));

    // The last statement of its transaction: something else wrote where the next entry would lie.
    let (other, connection) = tokio_postgres::connect(&database, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let sql = "INSERT INTO entry (practice, seq, id, kind, thread, sha256, time, hash, body)
               SELECT practice, 2, sha256(id), kind, thread, sha256, time, hash, body FROM entry";
    other.batch_execute(sql).await.unwrap();
    assert!(append(&store).await.is_err());
    other.batch_execute("DELETE FROM entry WHERE seq = 2").await.unwrap();
    assert!(matches!(append(&store).await, Ok(Appended::New(receipt)) if receipt.seq == 2));

    // One before the last.
    let invite = SecretHash::of("twice");
    store.add_invite(invite, 2_000_000_000).await.unwrap();
    assert!(store.add_invite(invite, 2_000_000_000).await.is_err());
    assert!(matches!(append(&store).await, Ok(Appended::New(receipt)) if receipt.seq == 3));
    conformance::check_log(&store, "lakeside-ortho", 3).await;
}

#[tokio::test]
async fn a_sqlite_file_outlives_its_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("relay.db");
    let first = relay::store::sqlite::SqliteStore::open(&path).unwrap();
    conformance::an_appended_entry_is_read_back_whole(first).await;

    let second = relay::store::sqlite::SqliteStore::open(&path).unwrap();
    conformance::check_log(&second, "lakeside-ortho", 1).await;
}

/// Neither in a free page nor in the write-ahead log, while the store is open.
#[tokio::test]
async fn an_erased_body_is_in_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = relay::store::sqlite::SqliteStore::open(&folder.path().join("relay.db")).unwrap();
    let body = conformance::an_erased_body(&store).await;
    let holds_it = |path: std::path::PathBuf| {
        let content = std::fs::read(path).unwrap();
        content.windows(body.len()).any(|window| window == body.as_bytes())
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while std::fs::read_dir(folder.path()).unwrap().any(|file| holds_it(file.unwrap().path())) {
        assert!(std::time::Instant::now() < deadline, "what was erased is still there");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Something else wrote where the next entry would lie. Its append fails as a whole, and the ones after it are put where
/// there is room.
#[tokio::test]
async fn a_statement_that_fails_takes_its_transaction_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("relay.db");
    let store = relay::store::sqlite::SqliteStore::open(&path).unwrap();
    conformance::practice(&store, "lakeside-ortho").await;
    assert!(matches!(append(&store).await, Ok(Appended::New(receipt)) if receipt.seq == 1));
    let sql = "INSERT INTO entry (key, practice, id, kind, thread, sha256, time, hash, body)
               SELECT key + 1, practice, randomblob(16), kind, thread, sha256, time, hash, body FROM entry";
    rusqlite::Connection::open(&path).unwrap().execute(sql, []).unwrap();
    assert!(append(&store).await.is_err());
    assert!(matches!(append(&store).await, Ok(Appended::New(receipt)) if receipt.seq == 3));
}

/// Every released schema is kept here as it was, and must open.
#[tokio::test]
async fn a_database_of_each_older_release_opens() {
    for (version, schema) in [(1, include_str!("../../src/store/sqlite/0001.sql"))] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("relay.db");
        let old = rusqlite::Connection::open(&path).unwrap();
        old.execute_batch(schema).unwrap();
        old.pragma_update(None, "user_version", version).unwrap();
        drop(old);
        let store = relay::store::sqlite::SqliteStore::open(&path).unwrap();
        conformance::what_staff_do_is_noted_in_a_chain_of_its_own(store).await;
    }
}

#[test]
fn a_database_of_a_newer_release_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("relay.db");
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 9_999).unwrap();
    let Err(error) = relay::store::sqlite::SqliteStore::open(&path) else { panic!("it was opened") };
    assert!(error.to_string().contains("newer release"), "{error}");
}
