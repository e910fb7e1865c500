// What this browser keeps for a next time, in IndexedDB: values that are wrapped or encrypted before they come here, by name.
// Where a browser forbids it, nothing is kept.
//
// How often everything was forgotten is counted beside it: who began before that, in whatever tab, keeps nothing any more.

const FORGOTTEN = 'forgotten';

function act(mode, ask) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('anteroom', 2);
    opening.onupgradeneeded = () => {
      const known = opening.result.objectStoreNames;
      for (const name of ['kept', 'counts']) if (!known.contains(name)) opening.result.createObjectStore(name);
    };
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(['kept', 'counts'], mode);
      const asked = ask(transaction.objectStore('kept'), transaction.objectStore('counts'));
      transaction.oncomplete = () => {
        database.close();
        resolve(asked.result);
      };
      transaction.onabort = () => {
        database.close();
        reject(transaction.error);
      };
    };
  });
}

/** Calls `then` with the count, within the transaction. */
function counted(counts, then) {
  const asked = counts.get(FORGOTTEN);
  asked.onsuccess = () => then(asked.result ?? 0);
  return asked;
}

export const get = (name) => act('readonly', (kept) => kept.get(name));
export const remove = (name) => act('readwrite', (kept) => kept.delete(name));
export const names = () => act('readonly', (kept) => kept.getAllKeys());

/** How often everything was forgotten until now. */
export const forgotten = async () => await act('readonly', (kept, counts) => counts.get(FORGOTTEN)) ?? 0;

/** Keeps it, unless everything was forgotten since that was `before`. */
export const put = (name, value, before) => act('readwrite', (kept, counts) => counted(counts, (now) => {
  if (now === before) kept.put(value, name);
}));

/** Forgets everything. */
export const clear = () => act('readwrite', (kept, counts) => {
  counted(counts, (now) => counts.put(now + 1, FORGOTTEN));
  return kept.clear();
});

/** Removes what was not used since `time`, in milliseconds. */
export const sweep = (time) => act('readwrite', (kept) => {
  const walk = kept.openCursor();
  walk.onsuccess = () => {
    const cursor = walk.result;
    if (cursor?.value.used < time) cursor.delete();
    cursor?.continue();
  };
  return walk;
});
