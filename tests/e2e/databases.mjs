// What a page's IndexedDB holds, in tests.

/** Every database of the page's origin: `{database: {store: {name: value}}}`, bytes as text of Latin-1. */
export function databases(page) {
  return page.evaluate(async () => {
    const asked = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const text = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    const plain = (value) => {
      if (value instanceof ArrayBuffer) return text(new Uint8Array(value));
      if (ArrayBuffer.isView(value)) return text(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
      if (Array.isArray(value)) return value.map(plain);
      // Its own kind is told, so that a key that could be used is not taken for an empty object.
      if (value && Object.getPrototypeOf(value) !== Object.prototype && typeof value === 'object') return String(value);
      if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
      return value;
    };
    const all = {};
    for (const { name } of await indexedDB.databases()) {
      const database = await asked(indexedDB.open(name));
      all[name] = {};
      for (const store of database.objectStoreNames) {
        const objects = database.transaction(store).objectStore(store);
        const [names, values] = await Promise.all([asked(objects.getAllKeys()), asked(objects.getAll())]);
        all[name][store] = Object.fromEntries(names.map((key, index) => [key, plain(values[index])]));
      }
      database.close();
    }
    return all;
  });
}
