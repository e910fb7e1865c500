// Follow-up as an owner writes it in the console, up to the mail server: the desk sends the words of the edition in force.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { deskSettings } from './desk.mjs';
import { openLab, root } from './lab.mjs';

let lab;
let smtp;
let settings;
let record;
let contexts = [];

before(async () => {
  lab = await openLab();
  const contact = { name: 'Avery Sample', email: 'avery@example.com' };
  const answers = { contact, service: 'not-sure', needs: '', zip: '60601', consent: { version: 1 } };
  const people = path.join(lab.directory, 'people.json');
  await writeFile(people, JSON.stringify([{ lang: 'en', visits: [], answers }]));
  await lab.anteroom('demo', 'seed', '--count', '1', '--file', people, '--credential', lab.owner);
  const mood = path.join(lab.directory, 'mood');
  record = path.join(lab.directory, 'mails.jsonl');
  await writeFile(mood, 'ok');
  await writeFile(record, '');
  smtp = spawn(path.join(root, 'target/venv/bin/python'), [path.join(root, 'tests/desk/smtp.py'), record, mood], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise((resolve, reject) => {
    smtp.stdout.on('data', (data) => resolve(String(data).trim()));
    smtp.on('exit', (code) => reject(new Error(`the mail server ended (${code})`)));
    smtp.on('error', (error) => reject(new Error(`this test needs target/venv, which "cargo xtask test" makes: ${error.message}`)));
  });
  settings = await deskSettings(lab, port);
});
afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
});
after(async () => {
  smtp?.kill();
  await lab?.close();
});

async function unlock(page, credential) {
  await page.getByLabel('Credential file').setInputFiles(credential);
  await page.getByLabel('Passphrase').fill(lab.passphrase);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByRole('button', { name: 'Log verified' }).waitFor();
}

async function toSequence(page) {
  await page.getByRole('button', { name: 'Practice' }).click();
  await page.getByRole('button', { name: 'Follow-up', exact: true }).click();
  await page.getByRole('button', { name: 'Gentle follow-up' }).click();
}

async function opened(credential) {
  const context = await lab.browser.newContext();
  contexts.push(context);
  const page = await context.newPage();
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error}`));
  await page.goto(`${lab.relay}/console/`);
  await unlock(page, credential);
  await toSequence(page);
  return page;
}

/** What the desk has sent by noon in Chicago in so many days. */
async function mailsAtNoon(days) {
  const day = 86_400_000;
  const noon = (Math.floor(Date.now() / day) + days) * day + 20 * 3_600_000;
  await lab.anteroom('desk', '--once', '--at', String(noon), '--settings', settings, '--credential', lab.coordinator);
  const lines = (await readFile(record, 'utf8')).split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line).text.replaceAll('=\r\n', '')).filter((mail) => mail.includes('List-Unsubscribe: '));
}

const save = (page) => page.getByRole('button', { name: 'Save for everyone' });
const first = (page) => page.getByRole('region', { name: 'Step 1: e-mail' });
const words = (page) => first(page).getByLabel('Message (English)');
const editions = (page) => page.getByRole('region', { name: 'Editions' });

test('an owner rewrites a message, and that is what the desk sends', async () => {
  const maria = await opened(lab.owner);
  const before = lab.exchanges.length;
  await maria.getByText('None is in the log.').waitFor();
  await first(maria).getByLabel('Subject (English)', { exact: true }).fill('About your knee');
  await first(maria).getByText('the subject tells what it is about').waitFor();
  assert.ok(await save(maria).isDisabled(), 'what tells of health cannot be saved');
  await first(maria).getByLabel('Subject (English)', { exact: true }).fill('We have your request');
  await words(maria).fill('{{ greeting }}\n\nQuokka words from {{ practice }}.');
  await maria.getByText('Quokka words from Lakeside').waitFor();

  // A draft outlives a lock.
  await maria.keyboard.press('Escape');
  await maria.reload();
  await unlock(maria, lab.owner);
  await toSequence(maria);
  assert.match(await words(maria).inputValue(), /Quokka words/);
  await save(maria).click();
  await editions(maria).getByText('version 1, in force').waitFor();
  const sent = lab.exchanges.slice(before).map(({ requestBody, responseBody }) => `${requestBody}${responseBody}`).join();
  assert.ok(!sent.includes('Quokka'), 'sealed like everything else');

  const mails = await mailsAtNoon(1);
  assert.equal(mails.length, 1);
  assert.match(mails[0], /Subject: We have your request/);
  assert.match(mails[0], /Hello Avery,[^]*Quokka words from Lakeside/);
});

test('of two who write at the same time neither text is lost, an edition can be brought back, and a coordinator reads', async () => {
  const sam = await opened(lab.coordinator);
  await sam.getByText('version 1, in force').first().waitFor();
  assert.ok(await words(sam).isDisabled());
  assert.equal(await save(sam).count(), 0);

  const maria = await opened(lab.owner);
  const elsewhere = await opened(lab.owner);
  await words(maria).fill('{{ greeting }}\n\nNumbat.');
  await words(elsewhere).fill('{{ greeting }}\n\nBilby.');
  await save(elsewhere).click();
  await maria.getByText('published another text after you began yours').waitFor();
  assert.match(await words(maria).inputValue(), /Numbat/);
  await save(maria).click();
  await editions(maria).getByText('version 3, in force').waitFor();
  await editions(maria).getByRole('button', { name: 'Put it into the editor' }).nth(1).click();
  assert.match(await words(maria).inputValue(), /Bilby/);

  // Steps: another one, upwards, and out again.
  await maria.getByRole('button', { name: 'Add a call' }).click();
  const call = maria.getByRole('region', { name: 'Step 4: call' });
  await call.getByText('staff need to know why they call').waitFor();
  assert.ok(await save(maria).isDisabled());
  await call.getByLabel('What staff should know or say (English)').fill('Ask whether it came');
  await call.getByRole('button', { name: 'Up: Step 4: call' }).click();
  await maria.getByText('staff are asked to call: Ask whether it came').waitFor();
  await maria.getByRole('button', { name: 'Take out: Step 3: call' }).click();
  await save(maria).click();
  await editions(maria).getByText('version 4, in force').waitFor();
  await sam.getByText('version 4, in force').first().waitFor();
  await maria.getByRole('button', { name: 'Take it out of the log' }).click();
  await editions(maria).getByText('taken back').waitFor();
  await sam.getByText("not in the log: the desk's file counts").first().waitFor();
});
