-- Of the secret that all relays on this database share: each would refuse what another one with its own gives out.
CREATE TABLE relay_key (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    fingerprint BYTEA NOT NULL
);
