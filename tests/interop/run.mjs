// Interoperability: our samples are opened by npm `jose`, PyPI `jwcrypto` and PyPI `joserfc`; each then
// seals and signs the same content, and we open that.
//
//   node tests/interop/run.mjs [COUNT]        (1,000 random payloads unless said otherwise)
//
// Needs `npm ci` in tests/, and `pip install -r tests/requirements.txt` into target/venv.

import { execFile, spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');
const target = path.resolve(root, process.env.CARGO_TARGET_DIR ?? 'target');
const directory = path.join(target, 'interop');
const interop = path.join(target, 'debug/examples/interop');
const python = path.join(target, 'venv/bin/python');
const count = Number(process.argv[2] ?? 1000);

const libraries = [
  ['jose', process.execPath, [path.join(import.meta.dirname, 'foreign.mjs')]],
  ['jwcrypto', python, [path.join(import.meta.dirname, 'foreign.py'), 'jwcrypto']],
  ['joserfc', python, [path.join(import.meta.dirname, 'foreign.py'), 'joserfc']],
];

/** Runs a program from file to file; throws when it fails. */
async function filter(program, commands, input, output) {
  const child = spawn(program, commands, { stdio: [input ? 'pipe' : 'ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${path.basename(program)} ${commands.join(' ')} ended with ${code}`))));
  });
  const copies = [pipeline(child.stdout, createWriteStream(output)), ended];
  // A child that failed has closed its input; its exit code says more than EPIPE does.
  if (input) copies.push(pipeline(createReadStream(input), child.stdin).catch((error) => { if (error.code !== 'EPIPE') throw error; }));
  await Promise.all(copies);
}

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const lines = async (file) => (await readFile(file, 'utf8')).split('\n').length - 1;

await mkdir(directory, { recursive: true });
await promisify(execFile)('cargo', ['build', '--quiet', '--package', 'seal', '--example', 'interop'], { cwd: root });
const ours = path.join(directory, 'ours.jsonl');
let start = performance.now();
await filter(interop, ['write', String(count)], null, ours);
const written = await lines(ours);
console.log(`seal: ${written} lines written for ${count} payloads in ${seconds(start)}`);

for (const [name, program, commands] of libraries) {
  start = performance.now();
  const theirs = path.join(directory, `${name}.jsonl`);
  const checked = path.join(directory, `${name}.checked`);
  await filter(program, commands, ours, theirs);
  await filter(interop, ['read'], theirs, checked);
  const read = Number(await readFile(checked, 'utf8'));
  // The line with the keys is not a sample.
  if (read !== written - 1) throw new Error(`${name}: ${read} of ${written - 1} samples came back`);
  console.log(`${name}: opened ours, and seal opened its own: ${read} samples each way in ${seconds(start)}`);
}
