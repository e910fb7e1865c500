// The console from the practice's own computer: `anteroom desk` serves it and passes its requests on, so that the
// relay hands no code to those who hold keys.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { openLab, programs, root } from './lab.mjs';

let lab;
let desk;
let address;

before(async () => {
  lab = await openLab();
  await lab.anteroom('demo', 'seed', '--count', '6', '--credential', lab.owner);
  const folder = path.join(lab.directory, 'desk');
  await mkdir(folder);
  await cp(path.join(root, 'examples/sequences'), path.join(folder, 'sequences'), { recursive: true });
  const settings = path.join(folder, 'desk.toml');
  await writeFile(settings, `
    state = "state"
    sequences = "sequences"
    [sender]
    name = "Lakeside care team"
    address = "hello@lakeside.example"
    postal_address = "100 Example Street, Springfield, IL 62701"
    website = "https://www.lakeside.example"
    [smtp]
    host = "127.0.0.1"
    port = 9
    tls = "none"
    [console]
    listen = "127.0.0.1:0"
    files = ${JSON.stringify(path.join(root, 'dist/console'))}
  `);
  desk = spawn(path.join(programs, 'anteroom'), ['desk', '--settings', settings, '--credential', lab.coordinator], {
    env: { ...process.env, ANTEROOM_PASSPHRASE: lab.passphrase }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  address = await new Promise((resolve, reject) => {
    let said = '';
    for (const stream of [desk.stdout, desk.stderr]) {
      stream.on('data', (data) => {
        said += data;
        const found = said.match(/staff console is at (\S+)/);
        if (found) resolve(found[1]);
      });
    }
    desk.on('exit', (code) => reject(new Error(`the desk ended (${code}): ${said}`)));
  });
});
after(async () => {
  desk?.kill();
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

test('under another name it answers nothing', async () => {
  const { hostname, port } = new URL(address);
  const { request } = await import('node:http');
  const status = await new Promise((resolve, reject) => {
    request({ hostname, port, path: '/console/', headers: { host: `attacker.example:${port}` } }, (answer) => resolve(answer.statusCode))
      .on('error', reject).end();
  });
  assert.equal(status, 421);
});
