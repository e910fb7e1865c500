CREATE TABLE practice (
    key BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    pin TEXT NOT NULL,
    -- The ends of both logs. The row is locked by whoever makes them longer.
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    time BIGINT NOT NULL, -- ms
    access_seq BIGINT NOT NULL,
    access_hash BYTEA NOT NULL,
    access_time BIGINT NOT NULL -- ms
);

CREATE TABLE manifest (
    practice BIGINT NOT NULL REFERENCES practice (key),
    version BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    keys TEXT NOT NULL, -- thumbprints, JSON array
    text TEXT NOT NULL,
    PRIMARY KEY (practice, version)
);

CREATE TABLE roster (
    practice BIGINT PRIMARY KEY REFERENCES practice (key),
    version BIGINT NOT NULL,
    claims TEXT NOT NULL,
    text TEXT NOT NULL,
    keyring TEXT NOT NULL
);

CREATE TABLE entry (
    practice BIGINT NOT NULL REFERENCES practice (key),
    seq BIGINT NOT NULL,
    id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    thread BYTEA NOT NULL,
    sha256 BYTEA NOT NULL,
    time BIGINT NOT NULL, -- ms
    hash BYTEA NOT NULL,
    body TEXT, -- NULL: a tombstone
    PRIMARY KEY (practice, seq),
    UNIQUE (practice, id)
);
-- A sealed body does not get smaller; trying costs time.
ALTER TABLE entry ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE access (
    practice BIGINT NOT NULL REFERENCES practice (key),
    seq BIGINT NOT NULL,
    record TEXT NOT NULL, -- JSON of wire::access::AccessRecord
    hash BYTEA NOT NULL,
    PRIMARY KEY (practice, seq)
);

CREATE TABLE invite (
    hash BYTEA PRIMARY KEY,
    expires BIGINT NOT NULL,
    used_by TEXT,
    registration BYTEA -- SHA-256 of what it registered
);

CREATE TABLE assertion (
    practice BIGINT NOT NULL REFERENCES practice (key),
    jti BYTEA NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (practice, jti)
);

CREATE TABLE token (
    hash BYTEA PRIMARY KEY,
    practice TEXT NOT NULL,
    staff TEXT NOT NULL,
    signer TEXT NOT NULL,
    expires BIGINT NOT NULL
);
