// The same text gives the same reading, to the point, in a real Chromium and outside it: triage with its spans,
// intent with its clues, the score with its lines. Over every text of `lead`'s tables.
//
//   cargo xtask test "lead in the browser"
//
// builds the example `readings` twice, runs wasm-bindgen into target/bindgen/lead-web, and runs this. With `time`
// it prints how long a reading and a replay of 100,000 leads take on both sides.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { chromium } from 'playwright-core';

const root = path.resolve(import.meta.dirname, '../..');
const target = path.resolve(root, process.env.CARGO_TARGET_DIR ?? 'target');
const bindgen = path.join(target, 'bindgen/lead-web');

async function texts() {
  const tables = await Promise.all(['cases', 'urgency', 'urgency-signs'].map((name) => readFile(path.join(root, `lead/tests/${name}.jsonl`), 'utf8')));
  const rows = tables.join('').split('\n').filter(Boolean).map((line) => JSON.parse(line).text);
  // And what no person writes: marks that combine, signs that are no letters, a long run without an end.
  return [...rows, 'n\u0303o 🙂 chest\u00a0pain', '¿¡…“”', 'no '.repeat(2000) + 'pain', 'ＣＨＥＳＴ ﬁne ǅ İstanbul ẞ'];
}

function native(input, profile, ...commands) {
  const run = spawnSync(path.join(target, profile, 'examples/readings'), commands, { input, encoding: 'utf8', maxBuffer: 1 << 30 });
  if (run.error) throw run.error;
  assert.equal(run.status, 0, run.stderr);
  return run.stdout.trim().split('\n');
}

async function serve() {
  const types = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html' };
  const server = http.createServer(async (request, response) => {
    const file = path.basename(new URL(request.url, 'http://localhost').pathname);
    try {
      const body = file === 'page.html' ? '<!doctype html><title>readings</title>' : await readFile(path.join(bindgen, file));
      response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'text/plain' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return server;
}

const lines = await texts();
const wantsTimes = process.argv[2] === 'time';
const server = await serve();
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/page.html`);
  const found = await page.evaluate(async (lines) => {
    const lead = await import('/lead-web.js');
    await lead.default('/lead-web_bg.wasm');
    lead.reading('reads the lexicons');
    let start = performance.now();
    const readings = lines.map((line) => lead.reading(line));
    const reading_us = ((performance.now() - start) * 1000) / lines.length;
    start = performance.now();
    const moved = lead.replay(lines.join('\n'), 100_000);
    return { readings, reading_us, replay_ms: performance.now() - start, moved };
  }, lines);

  const expected = native(lines.join('\n'), 'debug');
  assert.equal(found.readings.length, lines.length);
  assert.equal(expected.length, lines.length);
  found.readings.forEach((reading, at) => assert.equal(reading, expected[at], lines[at]));
  console.log(`${lines.length} texts read the same in Chromium and natively`);

  if (wantsTimes) {
    const [row] = native(lines.join('\n'), 'release', 'time');
    const here = JSON.parse(row);
    assert.equal(found.moved, here.moved);
    const show = (name, times) => console.log(`  ${name.padEnd(10)} a reading ${times.reading_us.toFixed(0)} µs, replay of 100,000 leads ${times.replay_ms.toFixed(0)} ms`);
    show('natively', here);
    show('Chromium', found);
  }
} finally {
  await browser.close();
  server.close();
}
