// Starts `anteroom setup`, for tests and pictures.

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
