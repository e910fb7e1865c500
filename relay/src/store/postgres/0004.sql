-- An entry's id ends with the time at which its writer made it: sorted by that, ids that come together lie together, and
-- an append changes the page of the index that the last one changed.
ALTER TABLE entry DROP CONSTRAINT entry_practice_id_key;
CREATE UNIQUE INDEX entry_id ON entry (practice, substr(id, 11), id);
