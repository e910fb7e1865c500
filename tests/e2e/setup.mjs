// Starts `anteroom setup`, and goes through its page, for tests and pictures.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { programs, root } from './lab.mjs';

/** The running program: its link, and all that it says. */
export async function startSetup(lab, dir) {
  const args = ['setup', '--dir', dir, '--relay', lab.relay, '--version-file', path.join(root, 'dist/widget/current.json')];
  const child = spawn(path.join(programs, 'anteroom'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const run = { child, said: '', ended: new Promise((done) => { child.on('exit', done); }) };
  lab.closers.push(() => child.kill());
  run.link = await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        run.said += data;
        const found = run.said.match(/http:\/\/127\.0\.0\.1:\d+\/#\S+/);
        if (found) resolve(found[0]);
      });
    }
    child.on('exit', (code) => reject(new Error(`setup ended (${code}): ${run.said}`)));
  });
  return run;
}

/** The page behind a link. */
export async function openSetup(lab, link, options = {}) {
  const page = await (await lab.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage();
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error}`));
  await page.goto(link);
  return page;
}

export const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
export const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor({ timeout: 60_000 });

/** The words of a new credential, which are shown once; puts them away. */
export async function takeWords(page, name, done = 'Done') {
  await page.getByRole('heading', { name: `Credential of ${name}` }).waitFor({ timeout: 120_000 });
  const words = await page.locator('.sheet strong').textContent();
  await press(page, done);
  return words;
}
