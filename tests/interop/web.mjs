// WebCrypto in a real Chromium against the `rsa` crate outside it: what is sealed, signed and locked
// natively opens in the browser, and the other way. And what only the browser can show: that no key can
// be read back, that nothing secret is left behind in JavaScript, and that entries open side by side.
//
//   cargo xtask test "seal in the browser"
//
// builds the two examples of `seal`, runs wasm-bindgen into target/bindgen/seal-web, and runs this.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as nodeCrypto from 'node:crypto';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { chromium } from 'playwright-core';

const root = path.resolve(import.meta.dirname, '../..');
const target = path.resolve(root, process.env.CARGO_TARGET_DIR ?? 'target');
const bindgen = path.join(target, 'bindgen/seal-web');
const count = Number(process.argv[2] ?? 200);

/** Our native half: `write COUNT`, or `read` with lines on its input. */
function interop(commands, input = '') {
  const run = spawnSync(path.join(target, 'debug/examples/interop'), commands, { input, encoding: 'utf8', maxBuffer: 1 << 30 });
  if (run.error) throw run.error;
  assert.equal(run.status, 0, run.stderr);
  return run.stdout.trim().split('\n');
}

/** Records what the page asks of WebCrypto. Runs before any other script of the page. */
function watch() {
  const seen = { keys: [], imported: [], open: 0, mostOpen: 0 };
  globalThis.seen = seen;
  const prototype = SubtleCrypto.prototype;
  for (const name of ['importKey', 'unwrapKey', 'deriveKey']) {
    const original = prototype[name];
    prototype[name] = async function (...given) {
      if (name === 'importKey') seen.imported.push({ format: given[0], data: given[1] });
      const key = await original.apply(this, given);
      if (name === 'importKey' && given[0] === 'jwk' && key.type !== 'public') throw new Error('a private key was imported as a JWK');
      seen.keys.push({ name, type: key.type, algorithm: key.algorithm.name, extractable: key.extractable, usages: key.usages });
      return key;
    };
  }
  const decrypt = prototype.decrypt;
  prototype.decrypt = async function (...given) {
    seen.mostOpen = Math.max(seen.mostOpen, (seen.open += 1));
    try {
      return await decrypt.apply(this, given);
    } finally {
      seen.open -= 1;
    }
  };
  // JSON.parse would leave copies of a private key that nobody can overwrite.
  const parse = JSON.parse;
  JSON.parse = (text, ...rest) => {
    if (String(text).includes('"qi"')) throw new Error('a private key went through JSON.parse');
    return parse(text, ...rest);
  };
}

/** An entry for the first inbox key with a content key of any length, which its header does not say. */
function forge(jwk, contentKey, cipherName) {
  const header = {
    alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: jwk.kid, typ: 'inquiry', practice: 'lakeside-ortho',
    thread: 'A'.repeat(22), entry: 'A'.repeat(22), manifest: 1,
  };
  const part = (bytes) => Buffer.from(bytes).toString('base64url');
  const shield = part(JSON.stringify(header));
  const key = nodeCrypto.createPublicKey({ key: { kty: 'RSA', n: jwk.n, e: jwk.e }, format: 'jwk' });
  const wrapped = nodeCrypto.publicEncrypt({ key, oaepHash: 'sha256' }, contentKey);
  const iv = nodeCrypto.randomBytes(12);
  const cipher = nodeCrypto.createCipheriv(cipherName, contentKey, iv).setAAD(Buffer.from(shield));
  const ciphertext = Buffer.concat([cipher.update('{}'.padEnd(2048)), cipher.final()]);
  return [shield, part(wrapped), part(iv), part(ciphertext), part(cipher.getAuthTag())].join('.');
}

function flipped(token, index) {
  const parts = token.split('.');
  const bytes = Buffer.from(parts[index], 'base64url');
  bytes[bytes.length >> 1] ^= 1;
  parts[index] = bytes.toString('base64url');
  return parts.join('.');
}

const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
const server = http.createServer(async (request, response) => {
  if (request.url === '/') return response.setHeader('content-type', 'text/html').end('<!doctype html><title>seal</title>');
  try {
    const body = await readFile(path.join(bindgen, path.basename(request.url)));
    response.setHeader('content-type', TYPES[path.extname(request.url)] ?? 'text/plain').end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const page = await browser.newPage();
  await page.addInitScript(watch);
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const ours = interop(['write', String(count)]);
  const [keys, ...samples] = ours;
  const { inbox: [first], signing } = JSON.parse(keys);

  const started = performance.now();
  const theirs = await page.evaluate(async ({ keys, samples }) => {
    const seal = await import('/seal-web.js');
    await seal.default({ module_or_path: '/seal-web_bg.wasm' });
    globalThis.seal = seal;
    globalThis.reader = await seal.Reader.import(keys);
    return Promise.all(samples.map((line) => globalThis.reader.answer(line)));
  }, { keys, samples });
  const [read] = interop(['read'], [keys, ...theirs].join('\n'));
  assert.equal(Number(read), samples.length);
  console.log(`Chromium opened ours, and seal opened its own: ${read} samples each way in ${((performance.now() - started) / 1000).toFixed(1)} s`);

  // Keys stay with the browser.
  const seen = await page.evaluate(() => ({
    ...globalThis.seen,
    imported: globalThis.seen.imported.filter(({ format }) => format !== 'jwk').map(({ format, data }) => ({ format, bytes: data.length, zero: new Uint8Array(data.buffer).every((byte) => byte === 0) })),
  }));
  assert.ok(seen.keys.length > samples.length / 2);
  assert.deepEqual(seen.keys.filter((key) => key.extractable && key.type !== 'public'), [], 'no key can be read back');
  assert.ok(seen.keys.every((key) => key.usages.length === 1), 'one key, one use');
  const privateKeys = seen.imported.filter(({ format }) => format === 'pkcs8');
  assert.equal(privateKeys.length, 4);
  assert.ok(privateKeys.every(({ bytes }) => bytes > 1500));
  assert.deepEqual(seen.imported.filter(({ zero }) => !zero), [], 'what was imported is overwritten');
  assert.ok(seen.mostOpen > 10, `entries open side by side: ${seen.mostOpen}`);
  console.log(`${seen.keys.length} keys, none extractable; up to ${seen.mostOpen} entries opened side by side`);

  // The same refusals as outside the browser, in the same words.
  const refusal = (name, ...given) => page.evaluate(async ({ name, given }) => {
    try {
      const call = name === 'open' ? globalThis.reader.open.bind(globalThis.reader) : globalThis.seal[name];
      return { opened: await call(...given) };
    } catch (error) {
      return { refused: String(error) };
    }
  }, { name, given });
  const jwk = JSON.parse(first);
  const refused = { refused: 'cannot be opened: altered, or not sealed to this key' };
  assert.deepEqual(await refusal('open', forge(jwk, nodeCrypto.randomBytes(32), 'aes-256-gcm')), { opened: '{}' });
  assert.deepEqual(await refusal('open', forge(jwk, nodeCrypto.randomBytes(16), 'aes-128-gcm')), refused);
  assert.deepEqual(await refusal('open', forge(jwk, nodeCrypto.randomBytes(24), 'aes-192-gcm')), refused);
  const entry = forge(jwk, nodeCrypto.randomBytes(32), 'aes-256-gcm');
  for (const index of [1, 2, 3, 4]) assert.deepEqual(await refusal('open', flipped(entry, index)), refused);
  const credential = JSON.parse(samples.find((line) => line.includes('"credential"')));
  const wrong = { refused: 'the passphrase is wrong, or the file was altered' };
  assert.deepEqual(await refusal('unlock', credential.text, 'another'), wrong);
  assert.deepEqual(await refusal('unlock', flipped(credential.text, 3), credential.passphrase), wrong);
  assert.deepEqual(await refusal('unlock', entry, credential.passphrase), { refused: 'this is not a credential file' });
  const words = { otherKey: 'signed by another key', otherType: 'signed as another kind of document', forged: 'the signature is wrong' };
  const pin = JSON.parse(signing).kid;
  const token = JSON.parse(samples.find((line) => line.includes('"embedded":true'))).text;
  const typ = 'anteroom-event';
  const expected = { opened: Buffer.from(token.split('.')[1], 'base64url').toString() };
  assert.deepEqual(await refusal('verify_pinned', token, typ, pin), expected);
  assert.deepEqual(await refusal('verify_pinned', token, typ, jwk.kid), { refused: words.otherKey });
  assert.deepEqual(await refusal('verify_pinned', token, 'anteroom-roster', pin), { refused: words.otherType });
  assert.deepEqual(await refusal('verify_pinned', flipped(token, 1), typ, pin), { refused: words.forged });
  assert.deepEqual(await refusal('verify_pinned', flipped(token, 2), typ, pin), { refused: words.forged });
  const { kty, n, e, use, alg } = jwk;
  const own = { kty, n, e, use, alg };
  assert.equal((await refusal('seal_to', JSON.stringify(own), 65_536)).refused, undefined);
  const short = nodeCrypto.generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  for (const [key, length, words] of [
    [own, 65_537, 'too long to be sealed in one entry'],
    [{ ...own, ...short }, 2, "the recipient's key is not for encryption"],
    [{ ...own, use: 'sig', alg: 'PS256' }, 2, "the recipient's key is not for encryption"],
    [{ ...own, e: 'Aw' }, 2, "the recipient's key is not for encryption"],
  ]) assert.deepEqual(await refusal('seal_to', JSON.stringify(key), length), { refused: words });
  assert.deepEqual(await refusal('import_opener', signing), { refused: 'the key is not for this use' });
  assert.deepEqual(await refusal('import_opener', '{}'), { refused: 'not a JSON Web Key of the expected form' });
  assert.deepEqual(await refusal('import_opener', first), { opened: jwk.kid });

  // Without HTTPS there is no WebCrypto, and it says so.
  await page.evaluate(() => Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined }));
  const missing = await refusal('import_opener', first);
  assert.deepEqual(missing, { refused: 'this system offers no cryptography' });
  console.log('refusals are the same as outside the browser');
} finally {
  await browser.close();
  server.close();
}
