// How long a browser works for a proof at rest: the most that the relay's defaults ask for, derived as
// widget/loader/frame.js does it. Prints a table.

import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { chromium } from 'playwright-core';

const settings = await readFile(path.resolve(import.meta.dirname, '../../examples/deploy/relay.toml'), 'utf8');
const setting = (name) => Number(settings.match(new RegExp(`^${name} = (\\d+)$`, 'm'))[1]);
const terms = { tries: setting('tries'), iterations: setting('iterations') };

// WebCrypto is there on secure origins alone, and this machine's own is one.
const server = http.createServer((_, response) => response.setHeader('content-type', 'text/html').end('<title>Proof</title>'));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/`);
const throttle = await page.context().newCDPSession(page);

async function milliseconds({ tries, iterations }) {
  const begun = performance.now();
  for (let counter = 0; counter < tries; counter++) {
    const password = await crypto.subtle.importKey('raw', new Uint8Array(20).fill(counter), 'PBKDF2', false, ['deriveBits']);
    await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(16), iterations }, password, 256);
  }
  return performance.now() - begun;
}

console.log(`${terms.tries} tries of ${terms.iterations} iterations, the best of three`);
for (const rate of [1, 4, 6]) {
  await throttle.send('Emulation.setCPUThrottlingRate', { rate });
  const times = [];
  for (let round = 0; round < 3; round++) times.push(await page.evaluate(milliseconds, terms));
  console.log(`  processor slowed ${rate} times ${Math.min(...times).toFixed(0).padStart(8)} ms`);
}
await browser.close();
server.close();
