//! What the command line says, word for word: `tests/cmd`. After a change that is meant, run with
//! `TRYCMD=overwrite` and read the difference.

#[test]
fn says_what_the_files_say() {
    trycmd::TestCases::new()
        .case("tests/cmd/*.trycmd")
        .env("ANTEROOM_PASSPHRASE", "a passphrase for tests only")
        .env("TZ", "UTC");
}
