// The console for an auditor: who did what, who works here, what the root key signed; and no way to any lead.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { databases } from './databases.mjs';
import { PRACTICE, openLab } from './lab.mjs';

let lab;
let auditor;
before(async () => {
  lab = await openLab();
  await lab.anteroom('staff', 'add', 'alex-kim', '--role', 'auditor', '--dir', lab.practice);
  auditor = path.join(lab.practice, 'alex-kim.credential');
  await lab.anteroom('demo', 'seed', '--count', '3', '--credential', lab.owner);
});
after(() => lab?.close());

async function opened(options) {
  const page = await (await lab.browser.newContext(options)).newPage();
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error}`));
  await page.goto(`${lab.relay}/console/`);
  await page.locator('input[type=file]').setInputFiles(auditor);
  await page.locator('#passphrase').fill(lab.passphrase);
  await page.locator('button[type=submit]').click();
  await page.locator('.plain-table').waitFor();
  return page;
}

async function saved(page, name) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
  return readFile(await download.path(), 'utf8');
}

test('an auditor sees who did what, checked, and no key on the keyboard leads further', async () => {
  const from = lab.exchanges.length;
  const page = await opened();
  await page.getByText('You are signed in as an auditor.').waitFor();
  await page.getByText('leads cannot be opened with it').waitFor();
  await page.getByText('records, each following from the one before it').waitFor();
  await page.getByRole('row', { name: /alex-kim Auditor Signed in/ }).first().waitFor();
  for (const key of ['n', 'g', 'c', 't', 'd', 'p', 'r', 'Enter', 'Escape', '/', '?']) {
    await page.keyboard.press(key);
    assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Practice', key);
  }
  for (const name of ['Next call', 'Today', 'Pipeline', 'Reports', 'Log verified', 'Scoring', 'Training']) {
    assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0, name);
  }
  const csv = await saved(page, 'Export (CSV)');
  assert.match(csv, /"alex-kim","Auditor","Signed in"/);
  await page.getByRole('button', { name: 'Staff', exact: true }).click();
  await page.getByRole('cell', { name: 'Reads the access log; holds no key to any lead' }).waitFor();
  await page.getByRole('button', { name: 'Documents' }).click();
  const manifest = await (await fetch(`${lab.relay}/v1/practices/${PRACTICE}/manifest`)).text();
  assert.equal(await saved(page, 'Save the manifest (JWS)'), manifest);
  assert.equal((await saved(page, 'Save the roster (JWS)')).split('.').length, 3);

  const asked = lab.exchanges.slice(from).map(({ url }) => url).filter((url) => url.startsWith('/v1/'));
  assert.deepEqual(asked.filter((url) => /entries|heads|erasures/.test(url)), [], 'no entry is asked for');
  const kept = JSON.stringify(await databases(page));
  assert.ok(!kept.includes('content-keys'), kept);
  await page.getByRole('button', { name: 'Lock', exact: true }).click();
  await page.getByText('Locked.').waitFor();
  await page.context().close();
});

for (const [locale, colorScheme, width] of [['en-US', 'light', 1280], ['es-MX', 'dark', 390]]) {
  test(`axe-core finds nothing on an auditor's pages, ${locale}, ${colorScheme}, ${width} px`, async () => {
    const page = await opened({ locale, colorScheme, viewport: { width, height: 844 } });
    for (const tab of await page.locator('.stage-tab').all()) {
      await tab.click();
      await page.locator('.plain-table, .facts').first().waitFor();
      await assertAccessible(page, `${await tab.innerText()}, ${width} px`, {});
    }
    if (locale === 'es-MX') await page.getByText('Ha iniciado sesión como auditor.').waitFor();
    await page.context().close();
  });
}
