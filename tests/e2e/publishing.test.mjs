// An owner publishes from the console, with the root key: on a page that the practice's own computer serves, and on no other.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { databases } from './databases.mjs';
import { openDesk } from './desk.mjs';
import { PATIENT, openForm, send } from './form.mjs';
import { openLab } from './lab.mjs';

let lab;
let desk;
let root;
before(async () => {
  lab = await openLab();
  desk = await openDesk(lab);
  root = path.join(lab.practice, 'root.key');
});
after(async () => {
  desk?.stop();
  await lab?.close();
});
const inPeace = () => { lab.tamper = (answer) => answer; };

async function unlocked(address, { credential = lab.owner, ...options } = {}, head = '</head>') {
  const page = await (await lab.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage();
  await page.route(address, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace('</head>', head) });
  });
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error}`));
  await page.goto(address);
  await enter(page, credential);
  return page;
}

async function enter(page, credential) {
  await page.locator('input[type=file]').setInputFiles(credential);
  await page.locator('input[type=password]').fill(lab.passphrase);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^(Log verified|Registro verificado)$/ }).waitFor();
}

async function toForm(page) {
  await page.getByRole('button', { name: /^(Practice|Consultorio)$/ }).click();
  await page.getByRole('button', { name: /^(Form|Formulario)$/ }).click();
  await page.locator('#draft-title').waitFor();
}

/** The form's editor with a draft of a phone number that was never there, and the root key asked for. */
async function asking(options) {
  const page = await unlocked(desk.address, options);
  await toForm(page);
  await rename(page, nextPhone());
  await begin(page);
  return page;
}

let phones = 1000;
const nextPhone = () => `+1 555 ${phones += 1}`;

async function rename(page, phone = nextPhone()) {
  await page.locator('.form-parts').getByRole('button').nth(2).click();
  await page.locator('[id="phone"]').fill(phone);
  await page.locator('.publishing .changes').filter({ hasText: phone }).waitFor();
}

async function begin(page) {
  await page.getByRole('button', { name: /^(Publish…|Publicar…)$/ }).press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'root-file');
}

async function give(page, { file = root, passphrase = lab.passphrase, days } = {}) {
  await page.locator('#root-file').setInputFiles(file);
  await page.locator('#root-passphrase').fill(passphrase);
  if (days) await page.locator('#valid-days').fill(days);
  await page.locator('#root-passphrase').press('Enter');
}

const trouble = (page, words) => page.locator('.root-key .trouble').filter({ hasText: words }).waitFor();
const published = (page) => page.locator('#publish-done').waitFor();

async function manifest() {
  const jws = await (await fetch(`${lab.relay}/v1/practices/lakeside-ortho/manifest`)).text();
  return JSON.parse(Buffer.from(jws.split('.')[1], 'base64url'));
}

/** What the relay was asked to publish so far. */
const puts = () => lab.exchanges.filter(({ method, url }) => method === 'PUT' && url.endsWith('/manifest'));

test('a console that the relay serves asks for no root key, whatever its page says of itself', async () => {
  for (const marked of [true, false]) {
    // A relay that adds the desk's mark to its own page.
    const page = await unlocked(`${lab.relay}/console/`, {}, marked ? '<meta name="anteroom-relay" content="same-origin"></head>' : '</head>');
    assert.equal(await page.locator('meta[name=anteroom-relay]').count(), marked ? 1 : 0);
    await toForm(page);
    await rename(page);
    await page.getByText('This page comes from the relay.').waitFor();
    await page.getByText('anteroom manifest publish manifest.json --dir keys').waitFor();
    assert.equal(await page.locator('#root-file, #root-passphrase').count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Publish…' }).count(), 0);
    assert.ok(await page.getByRole('button', { name: 'Download to publish' }).isEnabled());
    await page.getByRole('button', { name: 'Scoring', exact: true }).click();
    await page.getByText('This page comes from the relay.').waitFor();
    assert.equal(await page.locator('#root-file, #root-passphrase').count(), 0);
    await page.context().close();
  }
});

test('who is no owner is asked for no root key', async () => {
  const page = await unlocked(desk.address, { credential: lab.coordinator });
  await page.getByRole('button', { name: 'Practice', exact: true }).click();
  await page.getByRole('button', { name: 'Scoring', exact: true }).click();
  await page.getByLabel(/^From points/).first().fill('59');
  await page.keyboard.press('Tab');
  await page.getByText('Only owners publish.').waitFor();
  assert.equal(await page.locator('#root-file').count(), 0);
  await page.context().close();
});

test('what is missing or wrong is said, nothing is published, and the draft stays', async () => {
  const { version } = await manifest();
  const sent = puts().length;
  const page = await asking();
  await page.locator('#root-passphrase').press('Enter');
  await trouble(page, 'No file is chosen.');
  await page.locator('#root-file').setInputFiles(root);
  await page.locator('#root-passphrase').press('Enter');
  await trouble(page, 'The passphrase is missing.');
  await give(page, { days: '5000' });
  await trouble(page, 'Valid for 1 to 1200 days.');
  await give(page, { days: '30', passphrase: 'not the passphrase' });
  await trouble(page, 'The passphrase does not open this file. It is that of the root key');
  await page.waitForFunction(() => document.activeElement?.id === 'root-passphrase' && document.activeElement.value === '');
  await assertAccessible(page, 'a wrong passphrase', {});
  await give(page, { file: lab.owner });
  await trouble(page, 'This file is not a root key.');
  await give(page, { file: path.join(lab.practice, 'recovery.credential') });
  await trouble(page, 'This file is not a root key.');
  await page.locator('#draft-title').filter({ hasText: 'Ready to be published' }).waitFor();
  await page.getByRole('button', { name: 'Not now' }).click();
  await page.locator('#root-file').waitFor({ state: 'detached' });
  assert.deepEqual([(await manifest()).version, puts().length], [version, sent]);
  await page.context().close();
});

test("another practice's root key publishes nothing here", async () => {
  const { version } = await manifest();
  const theirs = path.join(lab.directory, 'theirs');
  await lab.makePractice(theirs, '--practice', 'another-practice');
  const page = await asking();
  await give(page, { file: path.join(theirs, 'root.key') });
  await trouble(page, "This is not your practice's root key. It was made for another-practice.");
  assert.equal((await manifest()).version, version);
  await page.context().close();
});

test('mistakes are put right first', async () => {
  const page = await unlocked(desk.address);
  await toForm(page);
  await rename(page, '12');
  assert.ok(await page.getByRole('button', { name: 'Publish…' }).isDisabled());
  await page.locator('.publishing .trouble').getByText('1 thing to put right').waitFor();
  await page.context().close();
});

test('a relay that refuses, is gone, or shows documents that are not the practice\'s leaves everything as it was', async () => {
  const { version } = await manifest();
  const page = await asking();
  for (const status of [503, 422]) {
    lab.refuse = ({ method }) => (method === 'PUT' ? status : 0);
    await give(page);
    await trouble(page, `The relay refuses it (status ${status}).`);
  }
  lab.refuse = () => 0;
  const sent = puts().length;
  const changed = (change) => (answer) => (answer.method === 'GET' && answer.url.endsWith('/manifest') ? change(answer) : answer);
  lab.tamper = changed((answer) => ({ ...answer, body: `${String(answer.body).trim().slice(0, -8)}AAAAAAAA` }));
  await give(page);
  await trouble(page, "The relay's documents are not your practice's");
  lab.tamper = changed(() => null);
  await give(page);
  await trouble(page, 'The relay does not answer.');
  inPeace();
  assert.deepEqual([(await manifest()).version, puts().length], [version, sent], 'nothing was sent');
  await page.locator('#draft-title').filter({ hasText: 'Ready to be published' }).waitFor();
  await page.context().close();
});

test('an answer that is lost is asked for, and what the relay took is published', async () => {
  const { version } = await manifest();
  const page = await asking();
  lab.tamper = (answer) => (answer.method === 'PUT' ? null : answer);
  await give(page);
  await page.getByText(`Version ${version + 1} is in force`).waitFor();
  inPeace();
  await page.context().close();
});

test('an owner changes a question and publishes it; patients are asked so, and nothing of the root key is left', async () => {
  const { version } = await manifest();
  const page = await unlocked(desk.address);
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await toForm(page);
  await page.getByRole('button', { name: /^What are you looking for\?/ }).click();
  await page.getByLabel('Question (English)').fill('What brings you here?');
  await page.locator('.publishing').getByText('Question changed: What brings you here?').waitFor();
  await begin(page);
  await assertAccessible(page, 'the root key is asked for', {});
  await give(page, { days: '90' });
  await published(page);
  await page.waitForFunction(() => document.activeElement?.id === 'publish-done');
  await page.getByText(`Version ${version + 1} is in force`).waitFor();
  await page.getByText('The snippet on your website stays as it is.').waitFor();
  await page.locator('#draft-title').filter({ hasText: 'As it is in force' }).waitFor();
  assert.equal(await page.locator('#root-file').count(), 0);
  await assertAccessible(page, 'published', {});
  const now = await manifest();
  assert.equal(now.version, version + 1);
  assert.equal(Math.round((now.exp - Date.now() / 1000) / 86_400), 90);

  // Patients see it, under the same snippet, and what they send opens here.
  const patient = await lab.browser.newPage();
  const frame = await openForm(patient, lab.plainPage());
  await frame.getByLabel('What brings you here?').selectOption({ label: PATIENT.service });
  await answer(frame);
  await send(frame);
  await patient.close();
  await page.getByRole('button', { name: 'Today', exact: true }).click();
  await page.getByRole('navigation', { name: 'Leads' }).locator('.row', { hasText: PATIENT.name }).click();
  await page.getByText('zanzibar marathon').first().waitFor();

  // The other editor's page: the scoring model goes the same way.
  await page.getByRole('button', { name: 'Practice', exact: true }).click();
  await page.getByRole('button', { name: 'Scoring', exact: true }).click();
  await page.getByLabel(/^From points/).first().fill('59');
  await page.keyboard.press('Tab');
  await page.locator('.publishing').getByText('Scoring model, version').waitFor();
  await begin(page);
  await give(page);
  await page.getByText(`Version ${version + 2} is in force`).waitFor();
  await page.getByText('Change a number, and see here').waitFor();
  assert.equal((await manifest()).source.scoring.tiers[0].at_least, 59);

  // The draft is gone from storage as well, and nothing of the key, its file or its passphrase is anywhere.
  const passphrase = lab.passphrase;
  const file = await readFile(root, 'utf8');
  const secrets = [passphrase, ...file.trim().split('.').filter((part) => part.length > 40).map((part) => part.slice(0, 40)), 'root.key'];
  const inspect = async () => JSON.stringify([
    await databases(page),
    await page.evaluate(() => [{ ...localStorage }, { ...sessionStorage }, document.title, location.href, history.state, history.length, document.cookie, document.body.innerText, document.body.innerHTML,
      [...document.querySelectorAll('input')].map((input) => input.value)]),
    asked,
  ]);
  let seen = await inspect();
  for (const secret of secrets) assert.ok(!seen.includes(secret), `${secret.slice(0, 12)} is there`);
  assert.ok(!seen.includes('"drafts.'), 'a draft is stored');
  assert.ok(asked.every((url) => new URL(url).origin === new URL(desk.address).origin || url.startsWith('about:')));
  await page.getByRole('button', { name: 'Lock', exact: true }).click();
  await page.getByText('Locked.').waitFor();
  seen = await inspect();
  for (const secret of secrets) assert.ok(!seen.includes(secret), `${secret.slice(0, 12)} is there after the lock`);

  // What was published is what everyone else reads.
  await page.goto(desk.address);
  await enter(page, lab.owner);
  await toForm(page);
  await page.locator('#draft-title').filter({ hasText: 'As it is in force' }).waitFor();
  await page.context().close();
});

test('what somebody else published meanwhile is noticed, and comes into the draft', async () => {
  const page = await asking();
  const { source, version } = await manifest();
  const file = path.join(lab.directory, 'theirs.json');
  await writeFile(file, JSON.stringify({ ...source, name: 'Their Orthopedics' }));
  await lab.anteroom('manifest', 'publish', file, '--dir', lab.practice);
  await give(page);
  await trouble(page, `Version ${version + 1} came into force meanwhile.`);
  await page.getByText(`This draft began with version ${version}; version ${version + 1} is in force since.`).waitFor();
  assert.equal((await manifest()).source.name, 'Their Orthopedics');
  await give(page);
  await page.getByText(`Version ${version + 2} is in force`).waitFor();
  assert.equal((await manifest()).source.phone, `+1 555 ${phones}`);
  await page.context().close();
});

test('in Spanish, on a phone, by keyboard', async () => {
  const page = await asking({ locale: 'es-MX', viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
  await give(page, { passphrase: 'otra' });
  await trouble(page, 'La frase de acceso no abre este archivo.');
  await assertAccessible(page, 'a wrong passphrase, on a phone', {});
  await give(page);
  await page.getByText('El fragmento en su sitio web queda como está.').waitFor();
  await page.context().close();
});

/** The rest of the form, whose first question has another text now. */
async function answer(frame) {
  const press = (name) => frame.getByRole('button', { name }).click();
  const arrive = (heading) => frame.waitForFunction((text) => document.activeElement?.tagName === 'H2' && document.activeElement.textContent === text, heading);
  await frame.getByLabel('Tell us a little about it').fill(PATIENT.needs);
  await press('Continue');
  await arrive('How do we reach you?');
  await frame.getByLabel('Your name').fill(PATIENT.name);
  await frame.getByLabel('Call me').click();
  await frame.getByLabel('Phone number').fill(PATIENT.phone);
  await press('Continue');
  await arrive('A few details, if you like');
  await press('Continue');
  await arrive('Almost done');
  await frame.getByLabel(/^I agree/).click();
  await press('Review your answers');
  await arrive('Does this look right?');
}
