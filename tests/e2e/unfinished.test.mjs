// What a lock, or a closed page, finds unfinished: a note half typed, a call half taken down, an event that the relay did not
// take. It is there again afterwards, and nothing of it can be read in between.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { databases } from './databases.mjs';
import { openLab } from './lab.mjs';

let lab;
let context;

before(async () => {
  lab = await openLab();
  await lab.anteroom('demo', 'seed', '--count', '3', '--credential', lab.owner);
});
afterEach(async () => {
  lab.tamper = (answer) => answer;
  await context?.close();
});
after(() => lab?.close());

async function opened() {
  context = await lab.browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error}`));
  await page.goto(`${lab.relay}/console/`);
  await unlock(page);
  return page;
}

async function unlock(page, credential = lab.coordinator) {
  await page.getByLabel('Credential file').setInputFiles(credential);
  await page.getByLabel('Passphrase').fill(lab.passphrase);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByRole('button', { name: 'Log verified' }).waitFor();
}

async function lock(page) {
  await page.getByRole('button', { name: 'Lock', exact: true }).click();
  await page.getByText('Locked.').waitFor();
}

/** Opens the first lead of the list. */
async function firstLead(page) {
  await page.locator('.row-name').first().click();
  await page.getByLabel('New note').waitFor();
}

const records = async (page) => Object.keys((await databases(page)).anteroom?.kept ?? {});

/** Waits until a record of this kind is there, or none is. */
async function record(page, kind, there) {
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await records(page)).some((name) => name.startsWith(kind)) === there) return;
    await page.waitForTimeout(50);
  }
  assert.fail(`${kind}: ${await records(page)}`);
}

/** Nothing of `secret` can be read in this browser. */
async function unreadable(page, secret) {
  const left = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.body.innerText, document.title, location.href]));
  assert.ok(!left.includes(secret) && !JSON.stringify(await databases(page)).includes(secret), `${secret} can be read`);
}

test('a note half typed outlives a lock, until it is added', async () => {
  const page = await opened();
  await firstLead(page);
  await page.getByLabel('New note').fill('Prefers Quincunx the nurse');
  await lock(page);
  await record(page, 'unfinished.', true);
  await unreadable(page, 'Quincunx');
  await unlock(page);
  await firstLead(page);
  assert.equal(await page.getByLabel('New note').inputValue(), 'Prefers Quincunx the nurse');
  // It belongs to this lead, and to this person.
  await page.locator('.row-name').nth(1).click();
  await page.waitForFunction(() => document.querySelector('#note').value === '');
  await firstLead(page);
  await page.getByRole('button', { name: 'Add note' }).click();
  await page.locator('.note-text', { hasText: 'Prefers Quincunx the nurse' }).waitFor();
  assert.equal(await page.getByLabel('New note').inputValue(), '');
  await record(page, 'unfinished.', false);
  await record(page, 'unsent-', false);
});

test('a call half taken down outlives a closed page, and can be begun anew', async () => {
  const page = await opened();
  await page.keyboard.press('t');
  const form = page.locator('.take-form');
  await form.locator('input[type=text]').first().fill('Walker Quincunx');
  await form.locator('select', { hasText: 'E-mail' }).selectOption({ label: 'E-mail' });
  await form.locator('input[type=email]').fill('walker@example.com');
  await form.locator('textarea').first().fill('My knee is swollen');
  await form.getByRole('button', { name: 'Walk-in' }).click();
  await record(page, 'unfinished.', true);
  await page.close();
  const again = await context.newPage();
  await again.goto(`${lab.relay}/console/`);
  await unreadable(again, 'Quincunx');
  await unlock(again);
  await again.keyboard.press('t');
  await again.getByText('This is as far as you were.').waitFor();
  const there = again.locator('.take-form');
  assert.equal(await there.locator('input[type=text]').first().inputValue(), 'Walker Quincunx');
  assert.equal(await there.locator('input[type=email]').inputValue(), 'walker@example.com', 'what an answer asks for is asked again');
  assert.equal(await there.locator('textarea').first().inputValue(), 'My knee is swollen');
  assert.equal(await there.getByRole('button', { name: 'Walk-in' }).getAttribute('aria-pressed'), 'true');
  await again.getByRole('button', { name: 'Start over' }).click();
  await again.waitForFunction(() => document.querySelector('.take-form input[type=text]').value === '');
  await record(again, 'unfinished.', false);
});

test('what the relay did not take, or did not say so, is sent at the next opening and is there once', async () => {
  const page = await opened();
  await firstLead(page);
  const name = await page.locator('h1').innerText();
  // The relay stores the first and its answer is lost; the second does not reach it.
  lab.tamper = (answer) => (answer.method === 'POST' && answer.url.endsWith('/entries') ? undefined : answer);
  await page.getByLabel('New note').fill('Zanzibar one');
  await page.getByRole('button', { name: 'Add note' }).click();
  await page.getByText('not saved: the relay does not answer').waitFor();
  await context.route('**/entries', (route) => (route.request().method() === 'POST' ? route.abort() : route.fallback()));
  await page.getByLabel('New note').fill('Zanzibar two');
  await page.getByRole('button', { name: 'Add note' }).click();
  await page.getByText('not saved: the relay does not answer').nth(1).waitFor();
  await record(page, 'unsent-', true);
  await lock(page);
  await unreadable(page, 'Zanzibar');
  await page.close();
  lab.tamper = (answer) => answer;
  await context.unroute('**/entries');

  const again = await context.newPage();
  await again.goto(`${lab.relay}/console/`);
  await unlock(again);
  await record(again, 'unsent-', false);
  await again.locator('.row-name', { hasText: name }).click();
  await again.locator('.note-text', { hasText: 'Zanzibar two' }).waitFor();
  for (const note of ['Zanzibar one', 'Zanzibar two']) assert.equal(await again.locator('.note-text', { hasText: note }).count(), 1, note);
});

test('what is discarded is not sent later', async () => {
  const page = await opened();
  await firstLead(page);
  await context.route('**/entries', (route) => (route.request().method() === 'POST' ? route.abort() : route.fallback()));
  await page.getByLabel('New note').fill('Second thoughts');
  await page.getByRole('button', { name: 'Add note' }).click();
  await page.getByText('not saved: the relay does not answer').waitFor();
  await record(page, 'unsent-', true);
  await page.locator('.outgoing').getByRole('button', { name: 'Discard' }).click();
  await record(page, 'unsent-', false);
});
