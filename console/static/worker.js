// Opens entries beside the page's thread: browsers do RSA on the thread that asks for it. The keys that come here cannot
// be read back by any script; they are gone when the console locks and ends this worker.
//
// A message holds entries for one key. Of an entry that was opened before, the content key may be known, wrapped under a
// key that is derived from the inbox key: then it takes no RSA. Which ciphertext of RSA it belongs to is authenticated, so that
// it opens what RSA would open and nothing else.
const { subtle } = crypto;
const AES = { name: 'AES-GCM', length: 256 };
const KEPT = new TextEncoder().encode('anteroom-kept-v1');
const NOTHING = new Uint8Array();
const keys = new Map();

/** A key as it is used here. `keeps` wraps content keys, where they are kept. */
async function hold({ opens, root, salt }) {
  const how = { name: 'HKDF', hash: 'SHA-256', salt, info: KEPT };
  const derived = root && subtle.deriveKey(how, root, AES, false, ['wrapKey', 'unwrapKey']);
  return { opens, keeps: await derived?.catch(() => undefined) };
}

async function unwrap(wrapped, key, how, extractable) {
  const contentKey = await subtle.unwrapKey('raw', wrapped, key, how, AES, extractable, ['decrypt']);
  // The length asked for is not enforced on a raw key: what was wrapped decides. A256GCM is 256.
  if (contentKey.algorithm.length !== 256) throw new Error('not A256GCM');
  return contentKey;
}

/** The content key as it was kept; nothing, if it was not, or is of no use. */
async function recall(keeps, kept, wrapped) {
  if (!keeps || kept.length === 0) return undefined;
  const how = { name: 'AES-GCM', iv: kept.subarray(0, 12), additionalData: wrapped };
  return unwrap(kept.subarray(12), keeps, how, false).catch(() => undefined);
}

/** Can be read back only here, and only wrapped leaves this function. */
async function keep(keeps, contentKey, wrapped) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const key = await subtle.wrapKey('raw', contentKey, keeps, { name: 'AES-GCM', iv, additionalData: wrapped });
  return joined([iv, new Uint8Array(key)]).bytes;
}

/** Without the spaces that pad it. A text of nothing else keeps one: none is empty. */
function trimmed(plain) {
  let end = plain.length;
  while (end > 1 && plain[end - 1] === 32) end -= 1;
  return plain.subarray(0, end);
}

/** The text of an entry, and what is to be kept of its content key if that is new. */
async function open({ opens, keeps }, [wrapped, kept, iv, aad, sealed]) {
  const known = await recall(keeps, kept, wrapped);
  const contentKey = known ?? await unwrap(wrapped, opens, 'RSA-OAEP', Boolean(keeps));
  const plain = await subtle.decrypt({ name: 'AES-GCM', iv, additionalData: aad, tagLength: 128 }, contentKey, sealed);
  return [trimmed(new Uint8Array(plain)), keeps && !known ? await keep(keeps, contentKey, wrapped) : NOTHING];
}

function cut(bytes, lengths) {
  let at = 0;
  return Array.from(lengths, (length) => bytes.subarray(at, at += length));
}

function joined(parts) {
  const lengths = Uint32Array.from(parts, (part) => part.length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes, lengths };
}

onmessage = async ({ data: { id, name, key, bytes, lengths } }) => {
  if (key) keys.set(name, hold(key));
  const held = await keys.get(name);
  const parts = cut(bytes, lengths);
  const entries = Array.from({ length: parts.length / 5 }, (_, index) => parts.slice(index * 5, index * 5 + 5));
  // Nothing says why an entry does not open.
  const opened = await Promise.all(entries.map((entry) => open(held, entry).catch(() => [NOTHING, NOTHING])));
  const answer = joined(opened.flat());
  for (const [plain] of opened) plain.fill(0);
  postMessage({ id, ...answer }, [answer.bytes.buffer]);
};
postMessage('ready');
