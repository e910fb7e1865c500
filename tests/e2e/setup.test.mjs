// `anteroom setup`: an owner without a technician makes a practice in a browser, from nothing to the first inquiry.

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { assertAccessible } from './axe.mjs';
import { shownForm } from './form.mjs';
import { openLab, programs, root } from './lab.mjs';
import { heading, openSetup, press, startSetup, takeWords } from './setup.mjs';

const ROOT = 'the root key has these words';
const OWNER = 'the owner has some other words';

let lab;
before(async () => {
  lab = await openLab();
});
after(() => lab?.close());

const invite = () => execFileSync(path.join(programs, 'anteroom-relay'), ['invite', '--data', lab.database], { encoding: 'utf8' }).trim();
const folder = () => mkdtemp(path.join(lab.directory, 'setup-'));

const start = (dir) => startSetup(lab, dir);

const opened = (link, options) => openSetup(lab, link, options);

async function describe(page, practice) {
  await heading(page, 'Your practice');
  await page.getByLabel('Name of the practice', { exact: true }).fill('Example Family Practice');
  await page.getByLabel('Phone number').fill('+1 555 0142');
  await page.getByLabel('Short name of the practice').fill(practice);
  await page.getByLabel('Your own short name').fill('ana-example');
  await press(page, 'Go on');
  await heading(page, 'Keys');
}

async function makeKeys(page) {
  await page.getByLabel('Passphrase of the root key').fill(ROOT);
  await page.getByLabel('The same again').first().fill(ROOT);
  await page.getByLabel('Passphrase of your credential').fill(OWNER);
  await page.getByLabel('The same again').last().fill(OWNER);
  await press(page, 'Make the keys');
  await page.getByRole('heading', { name: 'Recovery kit of' }).waitFor({ timeout: 120_000 });
  return (await page.locator('.words li').allTextContents()).join('-');
}

test('from nothing to the first inquiry', async () => {
  const dir = await folder();
  const run = await start(dir);
  const page = await opened(run.link);
  assert.equal(new URL(page.url()).hash, '', 'the token is gone from the address');
  const asked = [];
  page.on('request', (one) => asked.push(one.url()));
  const state = async (name) => assertAccessible(page, name, {});
  await state('facts');
  await describe(page, 'example-family');
  await state('keys');
  const words = await makeKeys(page);
  assert.match(words, /^([a-z]{5}-){5}[a-z]{5}$/);
  await state('kit, shown');
  await press(page, 'I have it on paper');
  assert.ok(!(await page.content()).includes(words.split('-')[0]), 'the words are gone');
  await page.getByLabel('The six words').fill(words.replace(/^.{5}/, 'babab'));
  await press(page, 'Try the kit');
  await page.getByRole('alert').filter({ hasText: 'do not open the recovery file' }).waitFor();
  assert.equal((await fetch(`${lab.relay}/v1/practices/example-family/manifest`)).status, 404, 'nothing is live yet');
  await state('kit, typed back');
  await page.getByLabel('The six words').fill(words.replaceAll('-', ' ').toUpperCase());
  await press(page, 'Try the kit');
  await heading(page, 'Go live');
  await state('live');
  await page.getByLabel('Invite').fill('no invite of this relay');
  await press(page, 'Go live');
  await page.getByRole('alert').filter({ hasText: 'invite' }).waitFor();
  await page.getByLabel('Invite').fill(invite());
  await press(page, 'Go live');
  // The owner's passphrase was given when the keys were made.
  await heading(page, 'Who works here');
  await state('people');
  await press(page, 'Invite a colleague');
  await state('invite');
  await page.getByLabel('Their short name').fill('sam-example');
  await page.getByLabel('Passphrase of the root key').fill(OWNER);
  await press(page, 'Make their credential');
  await page.getByRole('alert').filter({ hasText: 'does not open the root key' }).waitFor();
  await page.getByLabel('Passphrase of the root key').fill(ROOT);
  await press(page, 'Make their credential');
  const opens = await takeWords(page, 'sam-example');
  await page.getByRole('listitem').filter({ hasText: 'sam-example' }).waitFor();
  await press(page, 'Go on');
  await heading(page, 'Your form');
  await press(page, 'Go on');
  await heading(page, 'Your website');
  await state('website');
  const snippet = await page.locator('pre').textContent();

  const patient = await lab.browser.newPage();
  const at = lab.page('family', '<!doctype html><html lang="en"><title>Contact</title><h1>Contact us</h1>SNIPPET');
  lab.pages.get('/family').snippet = snippet;
  await patient.goto(at);
  const frame = await shownForm(patient);
  await frame.getByText('Example Family Practice').first().waitFor();
  await frame.getByLabel('A first visit').click();
  await frame.getByRole('button', { name: 'Continue' }).click();
  await frame.getByLabel('Your name').fill('Wilhelmina Example');
  await frame.getByLabel('Call me').click();
  await frame.getByLabel('Phone number').fill('(555) 555-0143');
  for (let step = 0; step < 2; step += 1) await frame.getByRole('button', { name: 'Continue' }).click();
  await frame.getByLabel(/^I agree/).click();
  await frame.getByRole('button', { name: 'Review your answers' }).click();
  await frame.getByRole('button', { name: 'Send securely' }).click();
  await frame.getByText('Thank you, Wilhelmina').waitFor();
  const passphrase = path.join(dir, 'passphrase');
  await writeFile(passphrase, opens);
  // The relay is behind this process's own proxy, so nothing may hold it up.
  const { stdout: list } = await promisify(execFile)(path.join(programs, 'anteroom'), ['inbox', 'list', '--credential', path.join(dir, 'sam-example.credential'), '--passphrase-file', passphrase]);
  assert.match(list, /Wilhelmina Example/);

  await press(page, 'Recovery kit');
  await page.getByLabel('The words on the paper').fill(words.replaceAll('-', ' ').toUpperCase());
  await press(page, 'Try the kit');
  await page.getByRole('status').filter({ hasText: 'The kit opens everything in the log (entries: 1)' }).waitFor();
  await press(page, 'Your website');
  await press(page, 'All done: end the program');
  await page.getByText('The program has ended.').waitFor();
  assert.equal(await run.ended, 0);
  for (const secret of [ROOT, OWNER, words, opens]) {
    assert.ok(!run.said.includes(secret), 'the program says no secret');
    assert.ok(!asked.some((url) => url.includes(secret)), 'no address holds one');
    for (const name of await readdir(dir)) {
      if (name !== 'passphrase') assert.ok(!(await readFile(path.join(dir, name), 'latin1')).includes(secret), name);
    }
  }
  assert.deepEqual([...new Set(asked.map((url) => new URL(url).origin))], [new URL(run.link).origin], 'it asks nobody else');
});

test('what was interrupted goes on where it was', async () => {
  const dir = await folder();
  let run = await start(dir);
  let page = await opened(run.link);
  await describe(page, 'example-later');
  const words = await makeKeys(page);
  run.child.kill('SIGKILL');
  await run.ended;
  await press(page, 'I have it on paper');
  await page.getByLabel('The six words').fill(words);
  await press(page, 'Try the kit');
  await page.getByRole('alert').filter({ hasText: 'does not answer any more' }).waitFor();
  await page.close();
  run = await start(dir);
  page = await opened(run.link);
  await heading(page, 'Recovery kit');
  assert.equal(await page.locator('.words').count(), 0, 'words are shown once');
  await page.reload();
  await heading(page, 'Recovery kit');
  await page.getByLabel('The six words').fill(words);
  await press(page, 'Try the kit');
  await heading(page, 'Go live');
  await page.close();
});

test('lost words: new keys, as long as nothing is live', async () => {
  const dir = await folder();
  const run = await start(dir);
  const page = await opened(run.link);
  await describe(page, 'example-lost');
  const words = await makeKeys(page);
  await press(page, 'I have it on paper');
  await press(page, 'Start over with new keys');
  await heading(page, 'Keys');
  assert.deepEqual((await readdir(dir)).sort(), ['manifest.json', 'setup.json']);
  assert.notEqual(await makeKeys(page), words);
  await page.close();
});

test('nobody but the page gets in', async () => {
  const run = await start(await folder());
  const { host, hostname, port, hash } = new URL(run.link);
  const send = (file, { method = 'POST', headers = {}, body = {} } = {}) => new Promise((resolve, reject) => {
    const own = { host, origin: `http://${host}`, 'content-type': 'application/json', ...headers };
    const sent = request({ hostname, port, path: file, method, headers: own }, (answer) => {
      let text = '';
      answer.on('data', (data) => { text += data; });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    sent.on('error', reject);
    sent.end(method === 'POST' ? JSON.stringify(body) : undefined);
  });
  const rebound = { host: `attacker.example:${port}` };
  assert.equal((await send('/', { method: 'GET', headers: rebound })).status, 421);
  const token = { token: hash.slice(1) };
  assert.equal((await send('/api/enter', { headers: rebound, body: token })).status, 421);
  assert.equal((await send('/api/enter', { headers: { origin: 'https://attacker.example' }, body: token })).status, 403);
  assert.equal((await send('/api/enter', { headers: { 'content-type': 'text/plain' }, body: token })).status, 415);
  assert.equal((await send('/api/enter', { body: { token: 'AAAAAAAAAAAAAAAAAAAAAA' } })).status, 401);
  // Whatever the door knows, so that no new way in is forgotten here.
  const known = await readFile(path.join(root, 'desk/src/commands/setup/door.rs'), 'utf8');
  const ways = [...known.matchAll(/route\("\/api\/(\w+)"/g)].map((found) => found[1]).filter((way) => way !== 'enter');
  assert.ok(ways.length > 10 && ways.includes('remove'), ways.join());
  for (const what of ways) {
    assert.equal((await send(`/api/${what}`)).status, 401, what);
    assert.equal((await send(`/api/${what}`, { headers: { origin: 'https://attacker.example' } })).status, 403, what);
    assert.equal((await send(`/api/${what}`, { method: 'GET' })).status, 401, what);
  }
  const { status, text } = await send('/api/enter', { body: token });
  assert.equal(status, 200);
  assert.equal((await send('/api/enter', { body: token })).status, 401, 'the link works once');
  const headers = { authorization: `Bearer ${JSON.parse(text).session}` };
  assert.equal(JSON.parse((await send('/api/state', { headers })).text).stage, 'facts');
  const page = await send('/', { method: 'GET' });
  assert.match(page.headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'.*trusted-types 'none'/);
  // Steps are taken in their order, whoever asks.
  for (const [what, body] of [['live', { invite: 'x' }], ['kit', { words: 'x' }], ['open', { owner: 'a', passphrase: 'x' }], ['staff', { name: 'a', role: 'owner', root: 'x' }],
    ['remove', { name: 'a', root: 'x' }], ['rotate', { name: 'a', root: 'x' }], ['retain', { days: null, root: 'x' }],
    ['check', { manifest: '{}' }], ['publish', { manifest: null, root: 'x' }], ['recovery', { words: 'x' }]]) {
    assert.equal((await send(`/api/${what}`, { headers, body })).status, 422, what);
  }
});

test('in Spanish, on a phone', async () => {
  const run = await start(await folder());
  const page = await opened(run.link, { locale: 'es-MX', viewport: { width: 390, height: 844 } });
  await heading(page, 'Su consultorio');
  await assertAccessible(page, 'facts in Spanish', {});
  // What goes wrong is told in Spanish too.
  await page.getByLabel('Nombre del consultorio', { exact: true }).fill('Consultorio Ejemplo');
  await page.getByLabel('Número de teléfono').fill('12');
  await page.getByLabel('Nombre corto del consultorio').fill('ejemplo');
  await page.getByLabel('Su propio nombre corto').fill('ana-ejemplo');
  await press(page, 'Continuar');
  await page.getByRole('alert').filter({ hasText: 'un número de teléfono de al menos siete cifras' }).waitFor();
  await page.getByLabel('Número de teléfono').fill('+1 555 0142');
  await page.getByLabel('Dirección del relé').fill('http://127.0.0.1:9');
  await press(page, 'Continuar');
  await page.getByRole('alert').filter({ hasText: 'El relé no responde ahí' }).waitFor();
  await page.getByLabel('Idioma', { exact: true }).selectOption('en');
  await heading(page, 'Your practice');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${overflow} pixels too wide`);
});

test('every text of the page is there in Spanish, and no other', async () => {
  const here = path.join(root, 'desk/src/commands/setup/page');
  const codes = await Promise.all(['setup.js', 'office.js', 'parts.js'].map((file) => readFile(path.join(here, file), 'utf8')));
  const code = codes.join('\n');
  const { es } = await import(path.join(here, 'es.js'));
  const found = (all) => [...code.matchAll(all)].map(([, text]) => text);
  const called = found(/\bt\('((?:[^'\\]|\\.)*)'/g);
  const titles = found(/const (?:STEPS|PAGES) = \[(.*?)\];/gs).flatMap((list) => [...list.matchAll(/, '([^']+)'\]/g)].map(([, text]) => text));
  const zones = found(/const ZONES = \[(.*?)\];/gs).flatMap((list) => [...list.matchAll(/\['([^']+)', -/g)].map(([, text]) => text));
  assert.ok(titles.length > 6 && zones.length > 6);
  assert.deepEqual([...new Set([...called, ...titles, ...zones])].sort(), Object.keys(es).sort());
});
