-- Of the secret that the relay has beside its database: another one would sign checkpoints that practices refuse.
CREATE TABLE relay_key (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    fingerprint BLOB NOT NULL
) STRICT;
