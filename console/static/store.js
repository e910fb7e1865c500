// What this browser keeps for a next time, in IndexedDB: values that are wrapped or encrypted before they come here, by name.
// Where a browser forbids it, nothing is kept.

function act(mode, ask) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('anteroom', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('kept');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction('kept', mode);
      const asked = ask(transaction.objectStore('kept'));
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

export const get = (name) => act('readonly', (store) => store.get(name));
export const put = (name, value) => act('readwrite', (store) => store.put(value, name));
export const remove = (name) => act('readwrite', (store) => store.delete(name));
export const clear = () => act('readwrite', (store) => store.clear());
export const names = () => act('readonly', (store) => store.getAllKeys());

/** Removes what was not used since `time`, in milliseconds. */
export const sweep = (time) => act('readwrite', (store) => {
  const walk = store.openCursor();
  walk.onsuccess = () => {
    const cursor = walk.result;
    if (cursor?.value.used < time) cursor.delete();
    cursor?.continue();
  };
  return walk;
});
