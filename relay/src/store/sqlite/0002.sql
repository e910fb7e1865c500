-- The access log: key as in entry; record is the JSON of wire::access::AccessRecord.
CREATE TABLE access (
    key INTEGER PRIMARY KEY,
    time INTEGER NOT NULL, -- ms
    record TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;
