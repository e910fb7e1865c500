// The form on websites as they are: the example sites of a website builder, a single-page application and a strict
// policy; what is recorded of a visit there; and a relay that asks for proof of work.

import assert from 'node:assert/strict';
import { createHash, pbkdf2Sync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { SECRETS, fillForm, openForm, send, shownForm } from './form.mjs';
import { PRACTICE, openLab } from './lab.mjs';

const root = path.resolve(import.meta.dirname, '../..');

let lab;
let page;
let requests;

before(async () => { lab = await openLab(); });
beforeEach(async () => {
  lab.tamper = (answer) => answer;
  page = await (await lab.browser.newContext()).newPage();
  requests = [];
  page.on('request', (request) => requests.push(request));
});
after(() => lab?.close());

test('on a page of a website builder, with rules for every element and jQuery, the form is as it should be', async () => {
  await lab.serveFolder('examples/sites/wordpress', '/wordpress');
  const jquery = await readFile(createRequire(import.meta.url).resolve('jquery/dist/jquery.js'), 'utf8');
  lab.pages.set('/wordpress/jquery.js', { headers: { 'content-type': 'text/javascript' }, html: jquery });
  const frame = await openForm(page, `${lab.site}/wordpress/contact.html`);
  assert.equal(await page.evaluate(() => window.jQuery.fn.jquery), '4.0.0', 'the theme runs');
  const host = await page.locator('[data-anteroom]').evaluate((element) => {
    const { display, opacity, transform, maxHeight } = getComputedStyle(element);
    return { display, opacity, transform, maxHeight };
  });
  assert.deepEqual(host, { display: 'block', opacity: '1', transform: 'none', maxHeight: 'none' });
  const box = await (await frame.frameElement()).boundingBox();
  assert.ok(box.height > 400, JSON.stringify(box));
  await fillForm(frame);
  await send(frame);
  const seen = await page.evaluate(() => JSON.stringify(window.dataLayer ?? []));
  for (const secret of SECRETS) assert.ok(!seen.includes(secret), `the theme’s script saw “${secret}”`);
});

test('on a site with the strictest policy it runs, by the lines that the documentation names', async () => {
  const lines = (await readFile(path.join(root, 'examples/sites/strict/headers.txt'), 'utf8')).trim().split('\n');
  const headers = Object.fromEntries(lines.map((line) => {
    const [name, ...value] = line.split(': ');
    return [name.toLowerCase(), value.join(': ').replaceAll('https://relay.example', lab.relay)];
  }));
  await lab.serveFolder('examples/sites/strict', '/strict', headers);
  const errors = [];
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
  const frame = await openForm(page, `${lab.site}/strict/contact.html`);
  await fillForm(frame);
  await send(frame);
  assert.deepEqual(errors.filter((text) => !text.includes('favicon')), []);
});

test('in a single-page application visits are recorded, the form keeps its draft, and the practice sees the way', async () => {
  await lab.serveFolder('examples/sites/spa', '/spa');
  const shell = { ...lab.pages.get('/spa/index.html') };
  for (const route of ['/spa/', '/spa/pricing', '/spa/guides/knee-pain', '/spa/contact']) lab.pages.set(route, shell);
  await page.goto(`${lab.site}/spa/?utm_source=newsletter&utm_medium=physician&name=Secretname`);
  for (const [link, title] of [['Prices', 'What it costs'], ['Knee pain', 'A guide to knee pain'], ['Contact', 'Contact us']]) {
    await page.getByRole('link', { name: link, exact: true }).click();
    await page.getByRole('heading', { name: title }).waitFor();
    await page.waitForTimeout(60);
  }
  let frame = await shownForm(page);
  await frame.getByLabel('Tell us a little about it').fill('kept while looking elsewhere');
  await page.goBack();
  await page.getByRole('heading', { name: 'A guide to knee pain' }).waitFor();
  await page.goForward();
  frame = await shownForm(page);
  assert.equal(await frame.getByLabel('Tell us a little about it').inputValue(), 'kept while looking elsewhere');
  const kept = await page.evaluate(() => window.anteroom.signals());
  assert.deepEqual(kept.map((visit) => visit.path), ['/spa/', '/spa/pricing', '/spa/guides/knee-pain', '/spa/contact', '/spa/guides/knee-pain', '/spa/contact']);
  assert.equal(kept[0].referrer, 'physician');
  assert.deepEqual(kept[0].campaign, { source: 'newsletter', medium: 'physician' });
  assert.ok(kept[1].dwell_ms >= 50 && kept[1].dwell_ms < 60_000, 'how long a page was looked at');
  assert.ok(!JSON.stringify(kept).includes('Secretname'), 'nothing else of the address');
  await fillForm(frame);
  const reference = await send(frame);
  const shown = await lab.anteroom('inbox', 'show', reference, '--credential', lab.coordinator);
  assert.match(shown, /\/spa\/guides\/knee-pain/);
  // On the wire: the relay gets ciphertext, and the website its own pages, whatever was recorded.
  const beyond = requests.filter((request) => new URL(request.url()).origin === lab.relay);
  assert.ok(beyond.length >= 4);
  for (const request of beyond) {
    const said = [request.url(), JSON.stringify(await request.allHeaders()), request.postData() ?? ''].join('\n');
    for (const sign of ['/spa', 'newsletter', 'dwell', 'physician', 'Secretname']) assert.ok(!said.includes(sign), `${request.url()} says “${sign}”`);
  }
});

test('where the visitor asks not to be tracked, the sealed message holds no visit', async () => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }));
  const frame = await openForm(page, lab.page('quiet', '<!doctype html><html lang="en"><title>Contact</title>SNIPPET'));
  await fillForm(frame);
  const reference = await send(frame);
  const json = await lab.anteroom('--json', 'inbox', 'show', reference, '--credential', lab.coordinator);
  assert.deepEqual(JSON.parse(json).inquiry.signals.visits, []);
});

// The relay's side of the protocol in docs/formats.md, played by the proxy, so that every step can be seen.
test('a relay that asks for proof of work gets it for this very message, and nobody notices', async () => {
  const counter = 120;
  const cost = 500;
  const nonce = randomBytes(16);
  const salt = randomBytes(16);
  const password = Buffer.concat([nonce, Buffer.from([0, 0, 0, counter])]);
  const key = pbkdf2Sync(password, salt, cost, 32, 'sha256').toString('hex');
  let asked = 0;
  const proofs = [];
  lab.refuse = (request) => {
    if (request.method !== 'POST' || !request.url.endsWith('/inquiries')) return undefined;
    const header = request.headers['anteroom-proof'];
    if (header) {
      proofs.push({ proof: JSON.parse(Buffer.from(header, 'base64')), body: createHash('sha256').update(request.body).digest('hex') });
      return undefined;
    }
    asked += 1;
    const entry = JSON.parse(Buffer.from(String(request.body).split('.')[0], 'base64url')).anteroom?.entry ?? '';
    const parameters = {
      algorithm: 'PBKDF2/SHA-256', cost, data: { practice: PRACTICE, entry, expires: Math.floor(Date.now() / 1000) + 300 },
      keyLength: 32, keyPrefix: key.slice(0, 32), keySignature: '00'.repeat(32), nonce: nonce.toString('hex'), salt: salt.toString('hex'),
    };
    return { status: 403, body: JSON.stringify({ type: 'urn:anteroom:proof-needed', status: 403, challenge: { parameters, signature: '11'.repeat(32) } }), type: 'application/problem+json' };
  };
  const frame = await openForm(page, lab.page('proof', '<!doctype html><html lang="en"><title>Contact</title>SNIPPET'));
  await fillForm(frame);
  // Typing goes on while the frame solves: a key press is answered in a few milliseconds.
  await send(frame);
  lab.refuse = undefined;
  assert.equal(asked, 1);
  assert.equal(proofs.length, 1);
  assert.deepEqual(proofs[0].proof.solution, { counter, derivedKey: key });
  assert.equal(proofs[0].proof.challenge.signature, '11'.repeat(32), 'the challenge goes back as it came');
  const sent = requests.filter((request) => request.method() === 'POST').map((request) => createHash('sha256').update(request.postData()).digest('hex'));
  assert.deepEqual(new Set(sent).size, 1, 'the same body again');
});
