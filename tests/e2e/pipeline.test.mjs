// All leads as table and board, the work on several at once, erasing, and the practice's own affairs.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { openLab } from './lab.mjs';

let lab;
let contexts = [];

before(async () => {
  lab = await openLab();
  const person = (name, needs, service = 'knee-replacement', more = {}) => ({
    lang: 'en',
    answers: { contact: { name, phone: '555-0100', ...more }, service, needs, appointment: { windows: [] } },
    visits: [],
  });
  const people = [
    person('Avery Sample', 'I want to book a knee replacement consultation this week'),
    person('Blair Example', 'Is it expensive?', 'hip-replacement'),
    person('Casey Demo', 'I have chest pain and can’t breathe', 'injections'),
    person('Spam Sample', 'We sell SEO services, zanzibar', 'injections'),
    person('Spam Specimen', 'We sell SEO services again, zanzibar', 'injections', { email: 'not an address', prefer: 'email' }),
  ];
  const file = path.join(lab.directory, 'pipeline.json');
  await writeFile(file, JSON.stringify(people));
  await lab.anteroom('demo', 'seed', '--count', String(people.length), '--file', file, '--credential', lab.owner);
});
afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
});
after(() => lab?.close());

async function opened(credential) {
  const context = await lab.browser.newContext({ viewport: { width: 1280, height: 844 } });
  contexts.push(context);
  const page = await context.newPage();
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error}`));
  return unlock(page, credential);
}

async function unlock(page, credential) {
  await page.goto(`${lab.relay}/console/`);
  await page.getByLabel('Credential file').setInputFiles(credential);
  await page.getByLabel('Passphrase').fill(lab.passphrase);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByRole('button', { name: 'Log verified' }).waitFor();
  return page;
}

async function pipeline(credential) {
  const page = await opened(credential);
  await page.keyboard.press('p');
  await page.getByRole('heading', { level: 1, name: 'Pipeline' }).waitFor();
  return page;
}

const names = (page) => page.locator('.leads .row-name').allInnerTexts();

test('the table is searched, filtered and sorted, and a view of it is kept without what was searched for', async () => {
  const page = await pipeline(lab.coordinator);
  await page.getByText('5 leads', { exact: true }).waitFor();
  await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
  await page.locator('th[aria-sort=ascending]', { hasText: 'Name' }).waitFor();
  assert.deepEqual((await names(page)).slice(0, 3), ['Avery Sample', 'Blair Example', 'Casey Demo']);
  await page.getByRole('combobox', { name: 'Service' }).selectOption('=injections');
  await page.getByText('3 leads', { exact: true }).waitFor();
  await page.getByLabel('Search leads').fill('zanzibar');
  await page.getByText('2 leads', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Keep this view' }).click();
  const view = page.getByRole('list', { name: 'Kept views' }).getByRole('button').first();
  const label = await view.innerText();
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  assert.match(stored, /anteroom\.views\.lakeside-ortho/);
  assert.ok(!stored.includes('zanzibar') && !stored.includes('Spam'), stored);
  await page.reload();
  await unlock(page, lab.coordinator);
  await page.keyboard.press('p');
  await page.getByRole('button', { name: label, exact: true }).click();
  await page.getByText('3 leads', { exact: true }).waitFor();
});

test('several leads are exported, then closed with a reason, each by an event of its own', async () => {
  const page = await pipeline(lab.coordinator);
  await page.getByLabel('Search leads').fill('zanzibar');
  await page.getByLabel('Tick all leads').check();
  await page.getByText('2 leads ticked').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export (CSV)' }).click()]);
  const table = await readFile(await download.path(), 'utf8');
  assert.equal(table.trimEnd().split('\r\n').length, 3, table);
  await page.getByText('Close…').click();
  await page.getByRole('combobox', { name: 'Reason' }).selectOption('Vendor or spam');
  await page.getByRole('button', { name: 'Close these leads' }).click();
  await page.locator('.leads .stage', { hasText: 'Lost' }).nth(1).waitFor();
  await page.getByLabel('Search leads').fill('');
  await page.getByRole('button', { name: 'Board', exact: true }).click();
  const lost = page.getByRole('region', { name: /^Lost/ });
  assert.equal(await lost.locator('.lead-card').count(), 2);
  await lost.locator('.lead-card').first().click();
  await page.getByText('Closed: Vendor or spam').first().waitFor();
  await page.getByRole('button', { name: 'Pipeline' }).first().click();
  await lost.waitFor();
});

test('what does not fit the form is named', async () => {
  const page = await pipeline(lab.coordinator);
  await page.getByRole('button', { name: /Spam Specimen/ }).click();
  await page.getByText('Does not fit the form').waitFor();
  await page.getByText('is not an e-mail address').waitFor();
});

test('an owner erases a lead, a coordinator cannot, and it is gone for everyone', async () => {
  const sam = await pipeline(lab.coordinator);
  await sam.getByRole('button', { name: /Blair Example/ }).click();
  await sam.getByText('They want no further messages').waitFor();
  assert.equal(await sam.getByText('Erase this lead').count(), 0);
  await sam.getByText('Book an appointment').click();
  await sam.locator('#book-at').fill('2099-03-04T10:00');
  await sam.getByRole('button', { name: 'Book', exact: true }).click();
  const page = await pipeline(lab.owner);
  await page.getByRole('button', { name: /Blair Example/ }).click();
  await page.getByText('Erase this lead').click();
  await page.getByText('The appointment is still to come').waitFor();
  const button = page.getByRole('button', { name: 'Erase for good' });
  assert.ok(await button.isDisabled());
  await page.getByLabel('I know that nobody can bring it back').check();
  await button.click();
  await page.getByText('The inquiry was erased.').waitFor();
  await page.getByText('Erased: The person asked for it').waitFor();
  await sam.getByText('The inquiry was erased.').waitFor();
  for (const one of [page, sam]) assert.equal(await one.getByText('Book an appointment').count(), 0, 'nobody can be booked any more');
  for (const one of [page, sam]) assert.ok(!(await one.content()).includes('Blair Example'));
  assert.match(await lab.anteroom('log', 'verify', '--credential', lab.owner), /intact/);
});

test('an owner reads who did what, filters and exports it; a coordinator is not offered it', async () => {
  const page = await opened(lab.owner);
  await page.getByRole('button', { name: 'Practice' }).click();
  await page.getByRole('rowheader', { name: 'maria-lopez (you)' }).waitFor();
  await page.getByRole('button', { name: 'Access log' }).click();
  await page.getByText('records, each following from the one before it').waitFor();
  await page.getByRole('combobox', { name: 'Who' }).selectOption('sam-rivera');
  await page.getByRole('combobox', { name: 'What' }).selectOption('Signed in');
  await page.locator('tbody tr', { hasText: 'Signed in' }).first().waitFor();
  assert.equal(await page.locator('tbody tr', { hasText: 'maria-lopez' }).count(), 0);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export (CSV)' }).click()]);
  const table = await readFile(await download.path(), 'utf8');
  assert.ok(table.includes('sam-rivera') && !table.includes('maria-lopez'));

  const sam = await opened(lab.coordinator);
  await sam.getByRole('button', { name: 'Practice' }).click();
  await sam.getByRole('button', { name: 'Scoring' }).waitFor();
  assert.equal(await sam.getByRole('button', { name: 'Access log' }).count(), 0);
});

test('an access log with a record missing is not shown', async () => {
  const page = await opened(lab.owner);
  lab.tamper = (answer) => {
    if (!/\/access-log\?/.test(answer.url) || answer.status !== 200) return answer;
    const found = JSON.parse(answer.body);
    found.records.splice(3, 1);
    const headers = { ...answer.headers };
    delete headers['content-encoding'];
    return { ...answer, headers, body: Buffer.from(JSON.stringify(found)) };
  };
  await page.getByRole('button', { name: 'Practice' }).click();
  await page.getByRole('button', { name: 'Access log' }).click();
  assert.match(await page.getByRole('alert').filter({ hasText: 'does not check' }).innerText(), /access record 4 is missing/);
  lab.tamper = (answer) => answer;
});

test('a draft of the scoring model shows who would move, and leaves as a manifest that publishes', async () => {
  const page = await opened(lab.owner);
  await page.getByRole('button', { name: 'Practice' }).click();
  await page.getByRole('button', { name: 'Scoring' }).click();
  const threshold = page.getByLabel('From points: Care-Ready');
  await threshold.fill('1000');
  await threshold.press('Tab');
  await page.getByText('unreachable').first().waitFor();
  assert.ok(await page.getByRole('button', { name: 'Download to publish' }).isDisabled());
  await threshold.fill('60');
  await threshold.press('Tab');
  await page.getByText(/Of your latest \d+ leads?:/).waitFor();
  await page.locator('.moved').getByRole('button', { name: 'Avery Sample' }).waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download to publish' }).click()]);
  const file = path.join(lab.directory, 'drafted.json');
  await download.saveAs(file);
  await lab.anteroom('manifest', 'publish', file, '--dir', lab.practice);
  const sam = await opened(lab.coordinator);
  await sam.getByRole('button', { name: 'Practice' }).click();
  await sam.getByRole('button', { name: 'Scoring' }).click();
  assert.equal(await sam.getByLabel('From points: Care-Ready').inputValue(), '60');
});

test('a list that is gone when its frame comes does not stop the console', async () => {
  const page = await opened(lab.coordinator);
  await page.evaluate(() => {
    globalThis.held = [];
    globalThis.requestAnimationFrame = (work) => held.push(work);
  });
  await page.keyboard.press('/');
  await page.keyboard.type('knee');
  await page.getByRole('button', { name: 'Pipeline' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Pipeline' }).waitFor();
  const faults = await page.evaluate(() => held.splice(0).flatMap((work) => {
    try { work(performance.now()); return []; } catch (fault) { return [String(fault)]; }
  }));
  assert.deepEqual(faults, []);
  assert.equal(await page.getByRole('heading', { level: 1, name: 'Pipeline' }).isVisible(), true);
});
