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
