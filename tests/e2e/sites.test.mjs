// The form on websites as they are: the example sites of a website builder, a single-page application and a strict
// policy; and what is recorded of a visit there. The relay is as its defaults make it, and asks for proof of work.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { SECRETS, fillForm, openForm, send, shownForm } from './form.mjs';
import { PRACTICE, openLab } from './lab.mjs';

const root = path.resolve(import.meta.dirname, '../..');

let lab;
let page;
let requests;

before(async () => { lab = await openLab({ settings: '' }); });
beforeEach(async () => {
  lab.tamper = (answer) => answer;
  page = await (await lab.browser.newContext()).newPage();
  requests = [];
  page.on('request', (request) => requests.push(request));
});
after(() => lab?.close());

test('on a page of a website builder, with rules for every element and jQuery, the form is as it should be', async () => {
  await lab.serveFolder('examples/sites/wordpress', '/wordpress');
  const jquery = await readFile(path.join(root, 'tests/node_modules/jquery/dist/jquery.js'), 'utf8');
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
  // Chromium reports the relay's request for a proof as an error too.
  assert.deepEqual(errors.filter((text) => !/favicon|status of 403/.test(text)), []);
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

test('a relay that asks for proof of work gets it for this very message, and nobody notices', async () => {
  const frame = await openForm(page, lab.page('proof', '<!doctype html><html lang="en"><title>Contact</title>SNIPPET'));
  await fillForm(frame);
  await send(frame);
  const sent = requests.filter((request) => request.method() === 'POST');
  const answers = await Promise.all(sent.map(async (request) => (await request.response()).status()));
  assert.deepEqual(answers, [403, 201]);
  assert.equal(sent[0].postData(), sent[1].postData(), 'the same body again');
  const [without, header] = await Promise.all(sent.map(async (request) => (await request.allHeaders())['anteroom-proof']));
  assert.equal(without, undefined);
  const { challenge, solution } = JSON.parse(Buffer.from(header, 'base64'));
  assert.equal(challenge.parameters.data.practice, PRACTICE);
  assert.ok(solution.counter >= 100 && solution.derivedKey.startsWith(challenge.parameters.keyPrefix), 'there was work');
});

test('what waited in the outbox is given a new task on the next page with a form', async () => {
  const frame = await openForm(page, lab.page('late', '<!doctype html><html lang="en"><title>Contact</title>SNIPPET'));
  await fillForm(frame);
  await page.context().setOffline(true);
  await frame.getByRole('button', { name: 'Send securely' }).click();
  await frame.getByText('You seem to be offline').waitFor();
  await page.close();
  const context = lab.browser.contexts().at(-1);
  await context.setOffline(false);
  page = await context.newPage();
  const delivered = page.waitForResponse((response) => response.request().method() === 'POST' && response.status() === 201, { timeout: 30_000 });
  await openForm(page, `${lab.site}/late`);
  await delivered;
  await page.waitForFunction(() => Object.entries(localStorage).some(([name, value]) => name.endsWith(':outbox') && value === '[]'));
});
