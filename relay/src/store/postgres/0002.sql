-- Links in messages by which a person opts out. A used one has a place among its practice's opt-outs.
CREATE TABLE unsubscribe (
    practice BIGINT NOT NULL REFERENCES practice (key),
    hash BYTEA NOT NULL, -- SHA-256 of the token in the link
    thread BYTEA NOT NULL,
    seq BIGINT,
    time BIGINT, -- ms
    PRIMARY KEY (practice, hash)
);
CREATE UNIQUE INDEX unsubscribe_used ON unsubscribe (practice, seq) WHERE seq IS NOT NULL;

-- Bytes of all bodies that are kept: what the quota counts.
ALTER TABLE practice ADD COLUMN bytes BIGINT NOT NULL DEFAULT 0;
UPDATE practice SET bytes =
    (SELECT coalesce(sum(length(body)), 0) FROM entry WHERE entry.practice = practice.key);
