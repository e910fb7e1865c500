// Opens entries beside the page's thread: browsers do RSA on the thread that asks for it. The keys that come here cannot
// be read back by any script; they are gone when the console locks and ends this worker.
const keys = new Map();

async function open({ name, key, wrapped, iv, aad, sealed }) {
  if (key) keys.set(name, key);
  const algorithm = { name: 'AES-GCM', length: 256 };
  const contentKey = await crypto.subtle.unwrapKey('raw', wrapped, keys.get(name), 'RSA-OAEP', algorithm, false, ['decrypt']);
  // The length asked for is not enforced on a raw key: what was wrapped decides. A256GCM is 256.
  if (contentKey.algorithm.length !== 256) throw new Error('not A256GCM');
  return crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: aad, tagLength: 128 }, contentKey, sealed);
}

onmessage = async ({ data }) => {
  try {
    const plain = await open(data);
    postMessage({ id: data.id, plain }, [plain]);
  } catch {
    postMessage({ id: data.id });
  }
};
postMessage('ready');
