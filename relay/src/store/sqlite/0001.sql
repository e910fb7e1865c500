CREATE TABLE practice (
    key INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    pin TEXT NOT NULL
) STRICT;

CREATE TABLE manifest (
    practice INTEGER NOT NULL REFERENCES practice (key),
    version INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    keys TEXT NOT NULL, -- thumbprints, JSON array
    text TEXT NOT NULL,
    PRIMARY KEY (practice, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE roster (
    practice INTEGER PRIMARY KEY REFERENCES practice (key),
    version INTEGER NOT NULL,
    claims TEXT NOT NULL,
    text TEXT NOT NULL,
    keyring TEXT NOT NULL
) STRICT;

-- key = practice key * 2^40 + seq: one practice's log lies together and in order, with no index
-- beside the table but the one that finds an entry by id.
CREATE TABLE entry (
    key INTEGER PRIMARY KEY,
    practice INTEGER NOT NULL REFERENCES practice (key),
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    thread BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    time INTEGER NOT NULL, -- ms
    hash BLOB NOT NULL,
    body TEXT -- NULL: a tombstone
) STRICT;
CREATE UNIQUE INDEX entry_id ON entry (practice, id);

CREATE TABLE invite (
    hash BLOB PRIMARY KEY,
    expires INTEGER NOT NULL,
    used_by TEXT,
    registration BLOB -- SHA-256 of what it registered
) STRICT, WITHOUT ROWID;

CREATE TABLE assertion (
    practice INTEGER NOT NULL REFERENCES practice (key),
    jti BLOB NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (practice, jti)
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    hash BLOB PRIMARY KEY,
    practice TEXT NOT NULL,
    staff TEXT NOT NULL,
    signer TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
