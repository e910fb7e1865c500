// The pages of the console whose code is fetched after the queue is shown: when, and what is shown when it cannot be had.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { openLab, root } from './lab.mjs';

let lab;
let contexts = [];

before(async () => {
  lab = await openLab();
  await lab.anteroom('demo', 'seed', '--count', '3', '--credential', lab.owner);
});
afterEach(async () => {
  lab.tamper = (answer) => answer;
  lab.delay = () => 0;
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
});
after(() => lab?.close());

const isPart = ({ url }) => url.startsWith('/console/parts/');
const fetched = () => lab.exchanges.filter(isPart).map(({ url }) => url);

/** The unlock screen. */
async function gate() {
  const context = await lab.browser.newContext({ viewport: { width: 1280, height: 844 } });
  contexts.push(context);
  const page = await context.newPage();
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error}`));
  await page.goto(`${lab.relay}/console/`);
  await page.getByLabel('Credential file').setInputFiles(lab.owner);
  return page;
}

/** The queue. */
async function queue() {
  const page = await gate();
  await page.getByLabel('Passphrase').fill(lab.passphrase);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByRole('button', { name: 'Log verified' }).waitFor();
  return page;
}

const missing = (page) => page.getByRole('alert').filter({ hasText: 'This page could not be loaded.' });
const heading = (page, name) => page.getByRole('heading', { level: 1, name });

test('the parts come by themselves, after the queue, once', async () => {
  lab.exchanges.length = 0;
  const page = await gate();
  assert.deepEqual(fetched(), [], 'nothing before unlocking');
  const files = ['lead', 'office'].map((part) => page.waitForResponse((answer) => answer.url().endsWith(`/parts/${part}.wasm`)));
  await page.getByLabel('Passphrase').fill(lab.passphrase);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await Promise.all(files);
  const before = fetched();
  for (const [key, name] of [['r', 'Reports'], ['p', 'Pipeline'], ['t', 'Take a call']]) {
    await page.keyboard.press(key);
    await heading(page, name).waitFor();
  }
  assert.deepEqual(fetched(), before, 'nothing twice');
});

test('a page whose part cannot be fetched says so, and can be tried again', async () => {
  lab.tamper = (answer) => (isPart(answer) ? null : answer);
  const page = await queue();
  await page.keyboard.press('r');
  await missing(page).waitFor();
  assert.match(await page.getByRole('alert').innerText(), /Check the connection and try again/);
  await assertAccessible(page, 'a page that is missing', {});
  await page.getByRole('button', { name: 'Try again' }).click();
  await missing(page).waitFor();

  // The queue stays, and a lead is of another part.
  await page.keyboard.press('d');
  await page.keyboard.press('Enter');
  await missing(page).waitFor();
  lab.tamper = (answer) => answer;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'In their own words' }).waitFor();
  await page.keyboard.press('r');
  await heading(page, 'Reports').waitFor();
});

test('a part of another build is not run', async () => {
  // The same code, with a section that means nothing.
  const other = async (url) => Buffer.concat([await readFile(path.join(root, 'dist', url)), Buffer.from([0, 1, 0])]);
  const bodies = Object.fromEntries(await Promise.all(
    ['/console/parts/lead.wasm', '/console/parts/office.wasm'].map(async (url) => [url, await other(url)]),
  ));
  lab.tamper = (answer) => {
    const body = bodies[answer.url];
    if (!body) return answer;
    const { 'content-encoding': _, ...headers } = answer.headers;
    return { ...answer, headers, body };
  };
  const page = await queue();
  await page.keyboard.press('p');
  await missing(page).waitFor();
});

test('a page whose part takes its time says that it is loading', async () => {
  lab.delay = (request) => (isPart(request) ? 1_500 : 0);
  const page = await queue();
  await page.keyboard.press('r');
  await page.getByRole('status').filter({ hasText: 'Loading…' }).waitFor();
  await heading(page, 'Reports').waitFor();
});
