// A relay, or someone between, that swaps keys or code. Each time the form stays away, no answer can
// be typed, and the phone number is there.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import * as jose from 'jose';
import { assertFallback, openForm } from './form.mjs';
import { openLab } from './lab.mjs';

let lab;
let page;
let genuine;

before(async () => {
  lab = await openLab();
  genuine = await (await fetch(`${lab.relay}/v1/practices/lakeside-ortho/manifest`)).text();
});
beforeEach(async () => {
  lab.tamper = (answer) => answer;
  page = await (await lab.browser.newContext()).newPage();
});
after(() => lab?.close());

/** Answers `manifest` in place of the genuine one. */
function serveManifest(manifest) {
  lab.tamper = (answer) => answer.method === 'GET' && answer.url.endsWith('/manifest')
    ? { ...answer, status: 200, body: Buffer.from(manifest), headers: { 'content-type': 'application/jose', 'access-control-allow-origin': '*' } }
    : answer;
}

async function assertRefused() {
  await page.goto(lab.plainPage());
  await assertFallback(page);
}

/** Claims of the genuine manifest with `changes`, signed by `key` under a header that names `jwk`. */
async function sign(changes, key, jwk) {
  const claims = { ...jose.decodeJwt(genuine), ...changes };
  const kid = await jose.calculateJwkThumbprint(jwk);
  return new jose.SignJWT(claims).setProtectedHeader({ alg: 'PS256', kid, typ: 'anteroom-manifest', jwk }).sign(key);
}

/** The practice's own root key, opened by a foreign library: for manifests that are wrong, yet truly signed. */
async function rootKey() {
  const file = (await readFile(path.join(lab.practice, 'root.key'), 'utf8')).trim();
  const { plaintext } = await jose.compactDecrypt(file, new TextEncoder().encode(lab.passphrase), {
    keyManagementAlgorithms: ['PBES2-HS512+A256KW'], maxPBES2Count: 2_000_000,
  });
  const found = JSON.parse(new TextDecoder().decode(plaintext));
  const jwk = found.root;
  const { kty, n, e } = jwk;
  return { key: await jose.importJWK({ ...jwk, alg: 'PS256' }, 'PS256'), jwk: { ...jose.decodeProtectedHeader(genuine).jwk, kty, n, e } };
}

async function strangerKey() {
  const { privateKey, publicKey } = await jose.generateKeyPair('PS256', { modulusLength: 3072, extractable: true });
  const { kty, n, e } = await jose.exportJWK(publicKey);
  return { key: privateKey, jwk: { kty, n, e } };
}

test('the test can sign what the widget accepts', async () => {
  const { key, jwk } = await rootKey();
  serveManifest(await sign({}, key, jwk));
  await openForm(page, lab.plainPage());
});

test('an inbox key swapped inside the genuine manifest', async () => {
  const { jwk } = await strangerKey();
  const [header, payload, signature] = genuine.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url'));
  claims.inbox.keys = [{ ...claims.inbox.keys[0], n: jwk.n }];
  serveManifest([header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.'));
  await assertRefused();
});

test('a manifest signed by another key', async () => {
  const { key, jwk } = await strangerKey();
  serveManifest(await sign({}, key, jwk));
  await assertRefused();
});

test('another key’s signature under the genuine root key’s name', async () => {
  const stranger = await strangerKey();
  serveManifest(await sign({}, stranger.key, jose.decodeProtectedHeader(genuine).jwk));
  await assertRefused();
});

test('an unsigned manifest', async () => {
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'anteroom-manifest' })).toString('base64url');
  serveManifest(`${none}.${genuine.split('.')[1]}.`);
  await assertRefused();
});

test('a manifest that has expired', async () => {
  const { key, jwk } = await rootKey();
  const now = Math.floor(Date.now() / 1000);
  serveManifest(await sign({ iat: now - 7200, exp: now - 3600 }, key, jwk));
  await assertRefused();
});

test('a manifest of another practice', async () => {
  const { key, jwk } = await rootKey();
  serveManifest(await sign({ practice: 'another-practice' }, key, jwk));
  await assertRefused();
});

test('a manifest older than the one last seen', async () => {
  const { key, jwk } = await rootKey();
  serveManifest(await sign({ version: jose.decodeJwt(genuine).version + 1 }, key, jwk));
  await openForm(page, lab.plainPage());
  serveManifest(genuine);
  await assertRefused();
});

test('no manifest at all', async () => {
  lab.tamper = (answer) => (answer.url.endsWith('/manifest') ? null : answer);
  await assertRefused();
});

for (const file of ['widget.wasm', 'frame.js', 'loader.js']) {
  test(`a changed ${file}`, async () => {
    lab.tamper = (answer) => {
      if (!answer.url.endsWith(file)) return answer;
      const headers = { ...answer.headers };
      delete headers['content-encoding'];
      return { ...answer, headers, body: Buffer.from(`/* ${randomUUID()} */`) };
    };
    await assertRefused();
    assert.ok(lab.exchanges.some((exchange) => exchange.url.endsWith(file)), `${file} was asked for`);
  });
}
