// How long the browser takes to seal an inquiry to an RSA-3072 key, in Chromium, for the smallest and the
// largest padding class. `cargo xtask bench` runs it, after building `seal`'s example for the browser.

import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import * as jose from 'jose';
import { chromium } from 'playwright-core';

const ROUNDS = 200;
const folder = path.resolve(import.meta.dirname, '../..', process.env.CARGO_TARGET_DIR ?? 'target', 'bindgen/seal-web');
const types = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

const server = http.createServer(async (request, response) => {
  const name = path.basename(request.url);
  const type = types[path.extname(name)];
  response.writeHead(200, { 'content-type': type ?? 'text/html' });
  response.end(type ? await readFile(path.join(folder, name)) : '<!doctype html><title>seal</title>');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
  const { publicKey } = await jose.generateKeyPair('RSA-OAEP-256', { modulusLength: 3072, extractable: true });
  const jwk = JSON.stringify({ ...(await jose.exportJWK(publicKey)), use: 'enc', alg: 'RSA-OAEP-256' });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  for (const length of [1_000, 60_000]) {
    const times = await page.evaluate(async ({ jwk, length, rounds }) => {
      const seal = await import('/seal-web.js');
      await seal.default({ module_or_path: await (await fetch('/seal-web_bg.wasm')).arrayBuffer() });
      const times = [];
      for (let round = 0; round < rounds; round += 1) {
        const started = performance.now();
        await seal.seal_to(jwk, length);
        times.push(performance.now() - started);
      }
      return times.sort((a, b) => a - b);
    }, { jwk, length, rounds: ROUNDS });
    console.log(`${String(length).padStart(6)} bytes: median ${times[ROUNDS / 2].toFixed(2)} ms, 95th of 100 ${times[ROUNDS * 0.95].toFixed(2)} ms`);
  }
} finally {
  await browser.close();
  server.close();
}
