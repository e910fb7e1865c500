// What the console keeps in the browser from one opening to the next: wrapped content keys, so that the second opening takes
// no RSA; and what ends them.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { databases } from './databases.mjs';
import { openLab } from './lab.mjs';

const LEADS = 12;
const RECORD = 76;

let lab;
let contexts = [];

before(async () => {
  lab = await openLab();
  await lab.anteroom('demo', 'seed', '--count', String(LEADS), '--credential', lab.owner);
});
afterEach(async () => {
  lab.tamper = (answer) => answer;
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
});
after(() => lab?.close());

/** Counts, in each of the console's workers, by what content keys are unwrapped. */
const COUNT = `
  self.unwrapped = {};
  const unwrapKey = SubtleCrypto.prototype.unwrapKey;
  SubtleCrypto.prototype.unwrapKey = function (...given) {
    const name = given[3].name ?? given[3];
    self.unwrapped[name] = (self.unwrapped[name] ?? 0) + 1;
    return unwrapKey.apply(this, given);
  };
`;

async function newPage() {
  const context = await lab.browser.newContext();
  contexts.push(context);
  await context.route('**/worker.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: COUNT + await response.text() });
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error}`));
  await page.goto(`${lab.relay}/console/`);
  return page;
}

async function unlock(page, credential = lab.coordinator) {
  await page.getByLabel('Credential file').setInputFiles(credential);
  await page.getByLabel('Passphrase').fill(lab.passphrase);
  await page.getByRole('button', { name: 'Unlock' }).click();
}

async function open(page, credential) {
  await unlock(page, credential);
  await page.getByRole('button', { name: 'Log verified' }).waitFor();
}

async function lock(page) {
  await page.getByRole('button', { name: 'Lock', exact: true }).click();
  await page.getByText('Locked.').waitFor();
}

/** Opens, and tells how many content keys came by RSA and how many from what was kept; locks again. */
async function opening(page, credential) {
  await open(page, credential);
  const counts = await Promise.all(page.workers().map((worker) => worker.evaluate(() => self.unwrapped)));
  const sum = (name) => counts.reduce((all, count) => all + (count[name] ?? 0), 0);
  const names = (await page.locator('.row-name').allInnerTexts()).toSorted();
  await stored(page);
  await lock(page);
  return { rsa: sum('RSA-OAEP'), kept: sum('AES-GCM'), names };
}

/** The console's records by name; `keys` as numbers. */
async function kept(page) {
  const records = (await databases(page)).anteroom.kept;
  return Object.fromEntries(Object.entries(records).map(([name, record]) => [name, { ...record, keys: [...Buffer.from(record.keys, 'latin1')] }]));
}

/** Puts another value in place of the only one. */
function replace(page, value) {
  return page.evaluate((value) => new Promise((resolve, reject) => {
    const opening = indexedDB.open('anteroom');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('kept', 'readwrite');
      const store = transaction.objectStore('kept');
      const names = store.getAllKeys();
      names.onsuccess = () => store.put({ ...value, keys: Uint8Array.from(value.keys) }, names.result[0]);
      transaction.oncomplete = () => {
        opening.result.close();
        resolve();
      };
    };
  }), value);
}

/** Waits until something is stored; it is stored after everything is shown. */
async function stored(page) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (Object.keys(await kept(page)).length > 0) return;
    await setTimeout(50);
  }
  assert.fail('nothing was stored');
}

test('the second opening takes no RSA, and shows the same', async () => {
  const page = await newPage();
  const first = await opening(page);
  assert.deepEqual([first.rsa, first.kept], [LEADS, 0]);
  const second = await opening(page);
  assert.deepEqual([second.rsa, second.kept], [0, LEADS]);
  assert.deepEqual(second.names, first.names);
  const [[name, record]] = Object.entries(await kept(page));
  assert.match(name, /^content-keys\.lakeside-ortho\.[\w-]{43}\.sam-rivera$/);
  assert.equal(record.keys.length, LEADS * RECORD);
  assert.deepEqual(Object.keys(record).toSorted(), ['keyring', 'keys', 'used']);
});

test('records in each other’s place, or altered, are of no use and change nothing', async () => {
  const page = await newPage();
  const first = await opening(page);
  const [record] = Object.values(await kept(page));
  const [one, two] = [16, RECORD + 16].map((at) => record.keys.slice(at, at + RECORD - 16));
  record.keys.splice(16, one.length, ...two);
  record.keys.splice(RECORD + 16, one.length, ...one);
  record.keys[3 * RECORD - 1] ^= 1;
  await replace(page, record);
  const again = await opening(page);
  assert.deepEqual(again.names, first.names);
  assert.equal(again.rsa, 3);
  const [mended] = Object.values(await kept(page));
  assert.equal(mended.keys.length, LEADS * RECORD);
  await replace(page, { ...mended, keys: mended.keys.slice(1) });
  assert.equal((await opening(page)).rsa, LEADS);
});

test('another member of staff has nothing of it', async () => {
  const page = await newPage();
  await opening(page);
  assert.equal((await opening(page, lab.owner)).rsa, LEADS);
  assert.equal(Object.keys(await kept(page)).length, 2);
});

test('this machine forgets it when asked, and by itself after a month', async () => {
  const page = await newPage();
  assert.equal(await page.getByRole('button', { name: 'Forget this machine' }).count(), 0);
  await opening(page);
  await page.getByRole('button', { name: 'Forget this machine' }).click();
  await page.getByRole('button', { name: 'Forget this machine' }).waitFor({ state: 'detached' });
  assert.deepEqual(await kept(page), {});
  await opening(page);
  const [record] = Object.values(await kept(page));
  const day = 24 * 60 * 60 * 1000;
  await replace(page, { ...record, used: Date.now() - 29 * day });
  await page.reload();
  await page.getByRole('button', { name: 'Forget this machine' }).waitFor();
  await replace(page, { ...record, used: Date.now() - 31 * day });
  await page.reload();
  assert.equal((await opening(page)).rsa, LEADS);
});

test('what is erased leaves nothing, here and at whoever else has it open', async () => {
  const id = (entry) => Buffer.from(entry, 'base64url').toString('hex');
  const file = path.join(lab.directory, 'kept.json');
  const answers = { contact: { name: 'Erasable Sample', phone: '555-0100' }, service: 'knee-replacement', needs: 'knee', appointment: { windows: [] } };
  await writeFile(file, JSON.stringify(Array.from({ length: LEADS + 1 }, () => ({ lang: 'en', answers, visits: [] }))));
  await lab.anteroom('demo', 'seed', '--count', String(LEADS + 1), '--file', file, '--credential', lab.owner);
  const submitted = lab.exchanges.findLast(({ method, url }) => method === 'POST' && url.endsWith('/inquiries'));
  const { entry } = JSON.parse(Buffer.from(String(submitted.requestBody).split('.')[0], 'base64url'));
  const holds = async (page) => Object.values(await kept(page)).some(({ keys }) => Buffer.from(keys).toString('hex').includes(id(entry)));
  const [sam, maria] = [await newPage(), await newPage()];
  for (const [page, credential] of [[sam, lab.coordinator], [maria, lab.owner]]) {
    await open(page, credential);
    await stored(page);
    assert.ok(await holds(page));
  }
  await maria.getByLabel('Search leads').fill('erasable');
  await maria.getByRole('navigation', { name: 'Leads' }).getByText('Erasable Sample').click();
  await maria.getByText('Erase this lead').click();
  await maria.getByLabel('I know that nobody can bring it back').check();
  await maria.getByRole('button', { name: 'Erase for good' }).click();
  await maria.getByText('Erased: The person asked for it').waitFor();
  for (const page of [maria, sam]) {
    for (let tries = 0; tries < 200 && await holds(page); tries += 1) await setTimeout(50);
    assert.ok(!await holds(page));
  }
});

test('a new keyring ends it, and so does the removal from the roster', async () => {
  const page = await newPage();
  const before = await opening(page);
  const [{ keyring }] = Object.values(await kept(page));
  await lab.anteroom('staff', 'retain', '--days', '3650', '--dir', lab.practice);
  assert.equal((await opening(page)).rsa, before.rsa);
  assert.notEqual(Object.values(await kept(page))[0].keyring, keyring);
  await lab.anteroom('staff', 'remove', 'sam-rivera', '--dir', lab.practice);
  await unlock(page);
  await page.getByText('Ask the owner whether you are on the roster').waitFor();
  assert.deepEqual(await kept(page), {});
});

test('what one tab forgets, no other one stores again', async () => {
  const page = await newPage();
  await open(page, lab.owner);
  await stored(page);
  const [forgetting, watching] = [await page.context().newPage(), await page.context().newPage()];
  for (const tab of [forgetting, watching]) {
    await tab.goto(`${lab.relay}/console/`);
    await tab.getByRole('button', { name: 'Forget this machine' }).waitFor();
  }
  await forgetting.getByRole('button', { name: 'Forget this machine' }).click();
  await watching.getByRole('button', { name: 'Forget this machine' }).waitFor({ state: 'detached' });
  assert.deepEqual(await kept(page), {});
  // What is erased is forgotten at once: the open tab stores its keys anew, before it shows that.
  await page.locator('.row').last().click();
  await page.getByText('Erase this lead').click();
  await page.getByLabel('I know that nobody can bring it back').check();
  await page.getByRole('button', { name: 'Erase for good' }).click();
  await page.getByText('The inquiry was erased.').waitFor();
  assert.deepEqual(await kept(page), {});
  await lock(page);
  await open(page, lab.owner);
  await stored(page);
});
