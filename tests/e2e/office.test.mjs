// The owner's office: what `anteroom setup` is once the practice is live, of a directory that `anteroom init` made.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { promisify } from 'node:util';
import * as jose from 'jose';
import { assertAccessible } from './axe.mjs';
import { fillForm, openForm, send } from './form.mjs';
import { PRACTICE, openLab, programs } from './lab.mjs';
import { heading, openSetup, press, startSetup, takeWords } from './setup.mjs';

let lab;
/** What opens the owner's credential, and the coordinator's: new keys have new words. */
let owner;
let coordinator;
before(async () => {
  lab = await openLab();
  [owner, coordinator] = [lab.passphrase, lab.passphrase];
});
after(() => lab?.close());
afterEach(() => {
  lab.tamper = (answer) => answer;
});

/** The office of the practice that the lab's commands made, opened as its owner does. */
async function openOffice(options) {
  const run = await startSetup(lab, lab.practice);
  const page = await openSetup(lab, run.link, options);
  await heading(page, /Your office|Su oficina/);
  await page.getByLabel(/^(Your own short name|Su propio nombre corto)$/).selectOption('maria-lopez');
  await page.getByLabel(/^(Passphrase of your credential|Frase de acceso de su credencial)$/).fill(owner);
  await page.getByRole('button', { name: /Open your office|Abrir su oficina/ }).click();
  await heading(page, /Who works here|Quién trabaja aquí/);
  return { run, page };
}

/** On a phone and a desk's screen, by day and by night. */
async function accessible(page, state) {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 844 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${state}: ${overflow} pixels too wide at ${width}`);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await assertAccessible(page, `${state}, ${width}, ${colorScheme}`, {});
    }
  }
}

const root = (page) => page.getByLabel('Passphrase of the root key').fill(lab.passphrase);
const person = (page, name) => page.getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) });

/** What was done is said, and nothing is refused. */
async function told(page, text) {
  const said = page.locator('p.good[role=status], p[role=alert]:not(:empty)').first();
  await said.waitFor({ timeout: 120_000 });
  assert.ok((await said.textContent()).includes(text), await said.textContent());
}

/** The command line with a credential and what opens it; its exit code, and what it said. */
async function anteroom(credential, words, ...args) {
  const passphrase = path.join(lab.directory, 'passphrase');
  await writeFile(passphrase, words);
  return promisify(execFile)(path.join(programs, 'anteroom'), [...args, '--credential', credential, '--passphrase-file', passphrase])
    .then(({ stdout }) => ({ code: 0, said: stdout }), ({ code, stderr }) => ({ code, said: stderr }));
}

/** Somebody sends the form; the key that it was sealed to. */
async function inquire() {
  const patient = await lab.browser.newPage();
  const frame = await openForm(patient, lab.plainPage());
  await fillForm(frame);
  await send(frame);
  await patient.close();
  const { requestBody } = lab.exchanges.findLast(({ method, url }) => method === 'POST' && url.endsWith('/inquiries'));
  return JSON.parse(Buffer.from(String(requestBody).split('.')[0], 'base64url')).kid;
}

test('what `anteroom init` made opens for its owner, and for nobody else', async () => {
  const run = await startSetup(lab, lab.practice);
  const page = await openSetup(lab, run.link);
  await heading(page, 'Your office');
  await accessible(page, 'closed');
  await page.getByLabel('Your own short name').selectOption('sam-rivera');
  await page.getByLabel('Passphrase of your credential').fill(lab.passphrase);
  await press(page, 'Open your office');
  await page.getByRole('alert').filter({ hasText: 'not an owner’s credential' }).waitFor();
  await page.getByLabel('Your own short name').selectOption('maria-lopez');
  await page.getByLabel('Passphrase of your credential').fill('some other passphrase');
  await press(page, 'Open your office');
  await page.getByRole('alert').filter({ hasText: 'does not open your credential' }).waitFor();
  await page.getByLabel('Passphrase of your credential').fill(lab.passphrase);
  await press(page, 'Open your office');
  await heading(page, 'Who works here');
  assert.deepEqual(await page.locator('.people strong').allTextContents(), ['maria-lopez', 'sam-rivera']);
  await person(page, 'maria-lopez').getByText('Reads and works inquiries, and erases').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Remove: maria-lopez' }).count(), 0, 'an owner does not remove themselves');
  await accessible(page, 'people');
  // Opened once, it stays open; the page has kept nothing.
  await page.reload();
  await heading(page, 'Who works here');
  assert.ok(!JSON.stringify(await page.evaluate(() => ({ ...sessionStorage, ...localStorage }))).includes(lab.passphrase));
  await press(page, 'Your website');
  assert.equal(await page.locator('pre').textContent(), lab.snippet.trim(), 'the lines that `anteroom snippet` prints');
  await press(page, 'All done: end the program');
  await page.getByText('The program has ended.').waitFor();
  assert.equal(await run.ended, 0);
});

test('new keys: the old credential is refused, the new one opens', async () => {
  const { run, page } = await openOffice();
  const old = path.join(lab.directory, 'old.credential');
  await copyFile(lab.coordinator, old);
  await press(page, 'New keys: sam-rivera');
  await accessible(page, 'new keys');
  await page.getByLabel('Passphrase of the root key').fill('not what opens it');
  await press(page, 'Make new keys');
  await page.getByRole('alert').filter({ hasText: 'does not open the root key' }).waitFor();
  await root(page);
  await press(page, 'Make new keys');
  const before = coordinator;
  coordinator = await takeWords(page, 'sam-rivera');
  assert.ok(!(await page.content()).includes(coordinator) && !run.said.includes(coordinator), 'the words are gone');
  assert.equal((await anteroom(old, before, 'inbox', 'list')).code, 4, 'the relay refuses the old one');
  assert.deepEqual(await anteroom(lab.coordinator, coordinator, 'inbox', 'list'), { code: 0, said: 'No inquiries yet.\n' });
  run.child.kill();
});

/** What the relay gives to patients: who publishes says the rest, keys and dates are the program's. */
async function inForce() {
  const signed = await (await fetch(`${lab.relay}/v1/practices/${PRACTICE}/manifest`)).text();
  const { practice, version, iat, exp, inbox, source } = JSON.parse(Buffer.from(signed.split('.')[1], 'base64url'));
  assert.equal(practice, PRACTICE);
  return { version, days: Math.round((exp * 1000 - Date.now()) / 86_400_000), key: inbox.keys[0].n, source };
}

async function choose(page, document) {
  const text = typeof document === 'string' ? document : JSON.stringify(document, null, 1);
  await page.getByLabel('Choose manifest.json').setInputFiles({ name: 'manifest.json', mimeType: 'application/json', buffer: Buffer.from(text) });
}

test('the form is published, and published again', async () => {
  const { run, page } = await openOffice();
  const before = await inForce();
  await press(page, 'Your form');
  await heading(page, 'Your form');
  await accessible(page, 'form');
  await choose(page, 'not a manifest');
  await page.getByRole('alert').filter({ hasText: 'not a manifest.json' }).waitFor();
  await choose(page, { ...before.source, hours: { zone: 7 } });
  await page.getByRole('alert').filter({ hasText: 'at hours.zone' }).waitFor();
  // Mistakes are shown where they are.
  const [first, ...others] = before.source.services;
  await choose(page, { ...before.source, name: ' ', services: [first, { ...first }, ...others] });
  await page.getByRole('heading', { name: 'manifest.json cannot be published yet' }).waitFor();
  await page.getByRole('listitem').filter({ hasText: /^nameis empty$/ }).waitFor();
  await page.getByRole('listitem').filter({ hasText: 'services[1].id' }).waitFor();
  await accessible(page, 'mistakes');
  const weighed = structuredClone(before.source.scoring);
  weighed.criteria[0].points += 1;
  await choose(page, { ...before.source, scoring: weighed });
  await page.getByRole('alert').filter({ hasText: 'The scoring model has changed, and its number has not.' }).waitFor();
  await choose(page, before.source);
  await page.getByText('manifest.json says what is in force already.').waitFor();

  const changed = { ...before.source, phone: '+1 555 0177', services: [...before.source.services, { ...first, id: 'house-call' }] };
  await choose(page, changed);
  await page.getByRole('heading', { name: `Version ${before.version + 1} comes` }).waitFor();
  await page.getByText('What changes: phone number, services.').waitFor();
  assert.match(await page.getByRole('row', { name: 'Phone number' }).textContent(), /\+1 555 0100\+1 555 0177$/);
  await accessible(page, 'what comes');
  await page.getByLabel('Passphrase of the root key').fill('not what opens it');
  await press(page, `Publish version ${before.version + 1}`);
  await page.getByRole('alert').filter({ hasText: 'does not open the root key' }).waitFor();
  assert.equal((await inForce()).version, before.version);
  await root(page);
  await press(page, `Publish version ${before.version + 1}`);
  await told(page, `Version ${before.version + 1} is in force`);
  assert.deepEqual(await inForce(), { version: before.version + 1, days: 365, key: before.key, source: changed });

  await press(page, 'Publish it again for a year');
  await accessible(page, 'again');
  await root(page);
  await press(page, `Publish version ${before.version + 2}`);
  await told(page, `Version ${before.version + 2} is in force`);
  assert.deepEqual(await inForce(), { version: before.version + 2, days: 365, key: before.key, source: changed });
  await press(page, 'Your website');
  assert.match(await page.locator('pre').textContent(), /\+1 555 0177/, 'the lines show the telephone number that holds');
  run.child.kill();
});

test('the recovery kit is tried', async () => {
  const { run, page } = await openOffice();
  await press(page, 'Recovery kit');
  await heading(page, 'Recovery kit');
  await page.getByText('Not tried here yet.').waitFor();
  await accessible(page, 'recovery');
  const words = page.getByLabel('The words on the paper');
  await words.fill('babab-babab-babab-babab-babab-babab');
  await press(page, 'Try the kit');
  await page.getByRole('alert').filter({ hasText: 'do not open the recovery file' }).waitFor();
  const file = path.join(lab.practice, 'recovery.credential');
  await rename(file, `${file}.away`);
  await press(page, 'Try the kit');
  await page.getByRole('alert').filter({ hasText: 'The recovery file is not in this folder.' }).waitFor();
  await rename(`${file}.away`, file);
  const { version } = await inForce();
  await words.fill(lab.passphrase);
  await press(page, 'Try the kit');
  await told(page, 'The kit opens everything in the log');
  await page.getByText('Last tried here, and well: ').waitFor();
  assert.equal((await inForce()).version, version, 'nothing was changed');
  await press(page, 'End the program');
  await run.ended;
  const again = await openOffice();
  await press(again.page, 'Recovery kit');
  await again.page.getByText('Last tried here, and well: ').waitFor();
  again.run.child.kill();
});

test('a form that has ended is said, and published again', async () => {
  // What was in force until a minute ago, by the root key itself.
  const sealed = (await readFile(path.join(lab.practice, 'root.key'), 'utf8')).trim();
  const opened = await jose.compactDecrypt(sealed, new TextEncoder().encode(lab.passphrase), { keyManagementAlgorithms: ['PBES2-HS512+A256KW'], maxPBES2Count: 2_000_000 });
  const key = await jose.importJWK(JSON.parse(new TextDecoder().decode(opened.plaintext)).root, 'PS256');
  const [head, claims] = (await (await fetch(`${lab.relay}/v1/practices/${PRACTICE}/manifest`)).text()).split('.').map((part) => Buffer.from(part, 'base64url'));
  const ended = Math.floor(Date.now() / 1000) - 60;
  const signed = await new jose.CompactSign(Buffer.from(JSON.stringify({ ...JSON.parse(claims), exp: ended }))).setProtectedHeader(JSON.parse(head)).sign(key);
  lab.tamper = ({ method, url, ...answer }) => (method === 'GET' && url.endsWith('/manifest') ? { ...answer, body: Buffer.from(signed) } : answer);
  const before = JSON.parse(claims).version;
  const { run, page } = await openOffice();
  await press(page, 'Remove: sam-rivera');
  await root(page);
  await press(page, 'Remove sam-rivera');
  await told(page, 'Your form has ended, so this cannot be done yet.');
  await press(page, 'Your form');
  await page.getByText('It ended on ').waitFor();
  await accessible(page, 'ended');
  await press(page, 'Publish it again for a year');
  await root(page);
  await press(page, `Publish version ${before + 1}`);
  // The relay shows the old one still, and that is not believed any more.
  await heading(page, 'Your office');
  lab.tamper = (answer) => answer;
  assert.deepEqual([(await inForce()).version, (await inForce()).days], [before + 1, 365]);
  await page.reload();
  await heading(page, 'Who works here');
  run.child.kill();
});

test('when the relay breaks off half way, what is done is said, and nobody loses a credential', async () => {
  const { run, page } = await openOffice();
  let isOff = false;
  lab.tamper = (answer) => {
    isOff ||= answer.method === 'PUT' && answer.url.endsWith('/manifest');
    return isOff ? null : answer;
  };
  await press(page, 'New keys: sam-rivera');
  await root(page);
  await press(page, 'Make new keys');
  await page.getByRole('heading', { name: 'Credential of sam-rivera' }).waitFor({ timeout: 120_000 });
  await page.getByText('not all of the rest was done: publish your form again now').waitFor();
  // With nothing to show of the practice, the words are there all the same, wherever somebody looks.
  await heading(page, 'Your office');
  await accessible(page, 'half of it');
  await press(page, 'Recovery kit');
  lab.tamper = (answer) => answer;
  coordinator = await takeWords(page, 'sam-rivera');
  assert.equal((await anteroom(lab.coordinator, coordinator, 'inbox', 'list')).code, 0, 'the new credential is good');
  await page.reload();
  await heading(page, 'Who works here');
  await press(page, 'Your form');
  await press(page, 'Publish it again for a year');
  await root(page);
  await page.getByRole('button', { name: /^Publish version/ }).click();
  await told(page, ' is in force');
  run.child.kill();
});

test('the owner gets new keys too, and goes on working', async () => {
  const { run, page } = await openOffice();
  const before = path.join(lab.directory, 'before.credential');
  await copyFile(lab.owner, before);
  await press(page, 'New keys: maria-lopez');
  await root(page);
  await press(page, 'Make new keys');
  const old = owner;
  owner = await takeWords(page, 'maria-lopez');
  assert.equal((await anteroom(before, old, 'inbox', 'list')).code, 4);
  assert.equal((await anteroom(lab.owner, owner, 'inbox', 'list')).code, 0);
  await press(page, 'Change this');
  await accessible(page, 'retention');
  await page.getByLabel('Days after the last entry').fill('400');
  await root(page);
  await press(page, 'Publish this');
  await told(page, 'deleted 400 days after their last entry');
  const { said } = await anteroom(lab.owner, owner, '--json', 'staff', 'list');
  assert.equal(JSON.parse(said).retention_days, 400);
  run.child.kill();
});

test('a colleague leaves: no way in, and what patients send is sealed to a key that they never had', async () => {
  const { run, page } = await openOffice();
  const sealedTo = await inquire();
  assert.match((await anteroom(lab.coordinator, coordinator, 'inbox', 'list')).said, /Wilhelmina/);
  // By keyboard, as far as it goes.
  await page.getByRole('button', { name: 'Remove: sam-rivera' }).press('Enter');
  await page.getByText('What they could read until now they may have kept.').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Remove sam-rivera', 'what was begun is read first');
  await accessible(page, 'remove');
  await page.keyboard.press('Tab');
  await page.keyboard.type(lab.passphrase);
  await page.keyboard.press('Enter');
  await told(page, 'sam-rivera no longer works here. Patients get a new key.');
  await person(page, 'sam-rivera').getByText('no access any more').waitFor();
  assert.equal((await anteroom(lab.coordinator, coordinator, 'inbox', 'list')).code, 4, 'the relay lets them in no more');
  assert.notEqual(await inquire(), sealedTo);
  const { leads } = JSON.parse((await anteroom(lab.owner, owner, '--json', 'inbox', 'list')).said);
  assert.equal(leads.length, 2, 'the owner opens what was sent before and after');
  run.child.kill();
});

test('what is refused is told in Spanish too, with what to do', async () => {
  const { run, page } = await openOffice({ locale: 'es-MX' });
  await accessible(page, 'people in Spanish');
  await press(page, 'Invitar a un colega');
  await page.getByLabel('Su nombre corto').fill('sam-rivera');
  await page.getByLabel('Frase de acceso de la clave raíz').fill(lab.passphrase);
  await press(page, 'Crear su credencial');
  await page.getByRole('alert').filter({ hasText: 'Un nombre queda con la persona: elija otro.' }).waitFor();
  const key = path.join(lab.practice, 'root.key');
  await rename(key, `${key}.away`);
  await press(page, 'Crear su credencial');
  await page.getByRole('alert').filter({ hasText: 'La clave raíz no está en esta carpeta.' }).waitFor();
  await rename(`${key}.away`, key);
  await page.getByLabel('Su nombre corto').fill('ana-nueva');
  lab.tamper = () => null;
  await press(page, 'Crear su credencial');
  await page.getByRole('alert').filter({ hasText: 'No se puede llegar al relé.' }).waitFor();
  lab.tamper = (answer) => answer;
  run.child.kill();
});
