// The network goes away at the moment of sending. The sealed submission waits and arrives once.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { SECRETS, fillForm, openForm } from './form.mjs';
import { openLab } from './lab.mjs';

let lab;
let page;
let countBefore = 0;

before(async () => { lab = await openLab(); });
beforeEach(async () => {
  lab.tamper = (answer) => answer;
  lab.delay = () => 0;
  page = await (await lab.browser.newContext()).newPage();
  countBefore = (await stored()).length;
});
after(() => lab?.close());

async function stored() {
  return JSON.parse(await lab.anteroom('--json', 'inbox', 'list', '--credential', lab.coordinator)).leads ?? [];
}

async function storedAfter(count) {
  for (let tries = 0; tries < 60; tries += 1) {
    const found = (await stored()).length;
    if (found >= count) return found;
    await page.waitForTimeout(500);
  }
  return (await stored()).length;
}

/** Until the sealed submission has left the form: from here on it may not be lost. */
async function sendingBegan(before) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (lab.exchanges.slice(before).some(({ method, url }) => method === 'POST' && url.endsWith('/inquiries'))) return;
    await page.waitForTimeout(50);
  }
  assert.fail('nothing was sent within ten seconds');
}

test('offline at sending: it says so, keeps it sealed, and sends it by itself', async () => {
  const frame = await openForm(page, lab.plainPage());
  await fillForm(frame);
  await page.context().setOffline(true);
  await frame.getByRole('button', { name: 'Send securely' }).click();
  await frame.getByText('You seem to be offline').waitFor();
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  assert.match(kept, /ey[A-Za-z0-9_-]{100,}\./, 'the sealed submission is kept');
  for (const secret of SECRETS) assert.ok(!kept.includes(secret), `storage holds “${secret}”`);
  assert.equal((await stored()).length, countBefore);
  await page.context().setOffline(false);
  await frame.getByText('has safely reached').waitFor({ timeout: 30_000 });
  assert.equal(await storedAfter(countBefore + 1), countBefore + 1);
});

test('the tab is closed while offline: the next visit delivers, once', async () => {
  const frame = await openForm(page, lab.plainPage());
  await fillForm(frame);
  await page.context().setOffline(true);
  await frame.getByRole('button', { name: 'Send securely' }).click();
  await frame.getByText('You seem to be offline').waitFor();
  await page.close({ runBeforeUnload: false });
  const context = lab.browser.contexts().at(-1);
  await context.setOffline(false);
  page = await context.newPage();
  await page.goto(lab.plainPage());
  assert.equal(await storedAfter(countBefore + 1), countBefore + 1);
  await page.reload();
  await page.waitForTimeout(1500);
  assert.equal((await stored()).length, countBefore + 1);
});

test('a double click, an Enter on top and a slow network: stored once', async () => {
  const frame = await openForm(page, lab.plainPage());
  await fillForm(frame);
  lab.delay = (request) => (request.method === 'POST' && request.url.endsWith('/inquiries') ? 3_000 : 0);
  await frame.getByRole('button', { name: 'Send securely' }).dblclick();
  await page.keyboard.press('Enter');
  await frame.getByRole('button', { name: 'Sending…' }).waitFor();
  await frame.getByRole('button', { name: 'Sending…' }).click({ force: true });
  await frame.getByText('has safely reached').waitFor({ timeout: 30_000 });
  lab.delay = () => 0;
  assert.equal((await stored()).length, countBefore + 1);
});

test('the browser’s back while it is sent, and forward again: stored once', async () => {
  await page.goto(lab.page('before', '<!doctype html><title>Before</title>'));
  const frame = await openForm(page, lab.plainPage());
  await fillForm(frame);
  lab.delay = (request) => (request.method === 'POST' && request.url.endsWith('/inquiries') ? 1_500 : 0);
  const before = lab.exchanges.length;
  await frame.getByRole('button', { name: 'Send securely' }).click();
  await sendingBegan(before);
  await page.goBack();
  lab.delay = () => 0;
  await page.goForward();
  assert.equal(await storedAfter(countBefore + 1), countBefore + 1);
  await page.goBack();
  await page.goForward();
  await page.waitForTimeout(2_000);
  assert.equal((await stored()).length, countBefore + 1);
});

test('the tab is closed while it is sent: stored once, and not again by the next visit', async () => {
  const frame = await openForm(page, lab.plainPage());
  await fillForm(frame);
  lab.delay = (request) => (request.method === 'POST' && request.url.endsWith('/inquiries') ? 1_000 : 0);
  const before = lab.exchanges.length;
  await frame.getByRole('button', { name: 'Send securely' }).click();
  await sendingBegan(before);
  await page.close({ runBeforeUnload: false });
  lab.delay = () => 0;
  page = await lab.browser.contexts().at(-1).newPage();
  await page.goto(lab.plainPage());
  assert.equal(await storedAfter(countBefore + 1), countBefore + 1);
  await page.waitForTimeout(2_000);
  assert.equal((await stored()).length, countBefore + 1);
});

test('the acknowledgement is lost on the way: sent again, stored once', async () => {
  const frame = await openForm(page, lab.plainPage());
  await fillForm(frame);
  let lost = 0;
  lab.tamper = (answer) => {
    if (answer.method !== 'POST' || !answer.url.endsWith('/inquiries') || lost >= 2) return answer;
    lost += 1;
    return null;
  };
  await frame.getByRole('button', { name: 'Send securely' }).click();
  await frame.getByText('has safely reached').waitFor({ timeout: 30_000 });
  assert.equal(lost, 2, 'two acknowledgements were lost');
  assert.equal((await stored()).length, countBefore + 1);
});
