// The console from the practice's own computer: `anteroom desk` serves it and passes its requests on, so that the
// relay hands no code to those who hold keys.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { openDesk } from './desk.mjs';
import { openLab, root } from './lab.mjs';

let lab;
let ehr;
let desk;
let address;

/** A program's first line. */
const firstLine = (child) => new Promise((resolve, reject) => {
  child.stdout.on('data', (data) => resolve(String(data).trim()));
  child.on('exit', (code) => reject(new Error(`it ended (${code})`)));
});

/** Where leads are on their way into the EHR, by reference. */
async function ways() {
  const { leads } = JSON.parse(await lab.anteroom('--json', 'ehr', 'status', '--credential', lab.coordinator));
  return Object.fromEntries(leads.map(({ reference, state }) => [reference, state]));
}

async function until(what, holds) {
  for (let tries = 0; tries < 120; tries += 1) {
    if (await holds()) return;
    await setTimeout(500);
  }
  assert.fail(`${what}: not within a minute`);
}

before(async () => {
  lab = await openLab();
  await lab.anteroom('demo', 'seed', '--count', '6', '--credential', lab.owner);
  const folder = path.join(lab.directory, 'ehr');
  await mkdir(folder);
  const mood = path.join(folder, 'mood');
  await writeFile(mood, 'ok');
  ehr = spawn(process.execPath, [path.join(root, 'tests/desk/fhir.mjs'), path.join(folder, 'ehr.jsonl'), mood], { stdio: ['ignore', 'pipe', 'inherit'] });
  const base = await firstLine(ehr);
  desk = await openDesk(lab, `
    [ehr]
    system = "https://www.lakeside.example/anteroom"
    minutes = 30
    [ehr.to.fhir]
    base = "${base}"
  `);
  ({ address } = desk);
});
after(async () => {
  desk?.stop();
  ehr?.kill();
  await lab?.close();
});

test('the desk serves the console, and the page speaks with nobody else', async () => {
  const page = await lab.browser.newPage();
  const origins = new Set();
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error}`));
  await page.goto(address);
  await page.getByLabel('Credential file').setInputFiles(lab.coordinator);
  await page.getByLabel('Passphrase').fill(lab.passphrase);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByText('Log verified').waitFor();
  await page.getByText('6 leads').waitFor();
  assert.deepEqual([...origins], [new URL(address).origin]);
});

test('an EHR that does not know of a change yet is said to be behind', async () => {
  const { leads } = JSON.parse(await lab.anteroom('--json', 'inbox', 'list', '--credential', lab.coordinator));
  const { reference, name } = leads[0];
  const inbox = (...args) => lab.anteroom('inbox', ...args, '--credential', lab.coordinator);
  await inbox('book', reference, '2027-12-01T14:30:00-06:00');
  await inbox('verify', reference, 'identity');
  await inbox('verify', reference, 'contact');
  await until('handed over', async () => (await ways())[reference] === 'done');

  const page = await lab.browser.newPage();
  await page.goto(address);
  await page.getByLabel('Credential file').setInputFiles(lab.coordinator);
  await page.getByLabel('Passphrase').fill(lab.passphrase);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByRole('navigation', { name: 'Leads' }).locator('.row', { hasText: name }).click();
  await page.getByText('In the EHR since').waitFor();
  const behind = page.getByText('The EHR does not know of the last change yet.');
  assert.equal(await behind.count(), 0);

  // It is gone, and somebody moves the appointment.
  ehr.kill();
  await inbox('book', reference, '2027-12-02T09:00:00-06:00');
  await behind.waitFor();
  assert.equal((await ways())[reference], 'behind');
  await page.close();
});

test('the command line finds nothing wrong with the page that visitors get', async () => {
  const version = path.join(root, 'dist/widget/current.json');
  const said = await lab.anteroom('verify-site', lab.plainPage(), '--version-file', version, '--credential', lab.owner);
  for (const file of ['frame.js', 'widget.wasm']) assert.match(said, new RegExp(`ok +${file} is what the loader fixes`));
  assert.doesNotMatch(said, /PROBLEM|warning/);
});

test('under another name it answers nothing', async () => {
  const { hostname, port } = new URL(address);
  const { request } = await import('node:http');
  const status = await new Promise((resolve, reject) => {
    request({ hostname, port, path: '/console/', headers: { host: `attacker.example:${port}` } }, (answer) => resolve(answer.statusCode))
      .on('error', reject).end();
  });
  assert.equal(status, 421);
});
