// The console from the practice's own computer, as `anteroom desk` serves it.

import { spawn } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { programs, root } from './lab.mjs';

/** Settings of a desk that sends through 127.0.0.1:`port`, with `more` at their end; where they are. */
export async function deskSettings(lab, port, more = '') {
  const folder = path.join(lab.directory, 'desk');
  await mkdir(folder, { recursive: true });
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
    port = ${port}
    tls = "none"
    ${more}
  `);
  return settings;
}

/** Starts a desk that serves the console, with `more` in its settings; `{address, stop}`. */
export async function openDesk(lab, more = '') {
  // Nothing is sent: nobody listens there.
  const settings = await deskSettings(lab, 9, `
    [console]
    listen = "127.0.0.1:0"
    files = ${JSON.stringify(path.join(root, 'dist/console'))}
    ${more}
  `);
  const desk = spawn(path.join(programs, 'anteroom'), ['desk', '--settings', settings, '--credential', lab.coordinator], {
    env: { ...process.env, ANTEROOM_PASSPHRASE: lab.passphrase }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  const address = await new Promise((resolve, reject) => {
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
  return { address, stop: () => desk.kill() };
}
