// Whether a person types smoothly while a proof of work is solved beside them, in a Chromium that is slowed down four
// times: time from a key to the next picture, and the frame's long tasks. `cargo xtask bench widget` runs it.

import { PRACTICE, openLab } from '../e2e/lab.mjs';
import { openChromium } from './chromium.mjs';
import { WATCH, openPage, print } from './visit.mjs';

const SLOWER = 4;
const KEYS = 60;

/** In the frame: counts tries of the solver, notes each key's time and forgets the tasks so far. */
const NOTE = `
  globalThis.tries = 0; globalThis.times = []; long.length = 0;
  const derive = crypto.subtle.deriveBits;
  SubtleCrypto.prototype.deriveBits = function (...how) { tries += 1; return derive.apply(this, how) };
  addEventListener('input', ({ timeStamp }) => requestAnimationFrame(() => times.push(performance.now() - timeStamp)), true);
  document.querySelector('textarea').focus();`;

/** In the page: a sealed submission that waits. */
const WAITING = `
  localStorage.setItem('anteroom:${PRACTICE}:outbox', JSON.stringify([{ entry: 'AAAAAAAAAAAAAAAAAAAAAA', body: 'e.y.J', ms: Date.now() }]));
  dispatchEvent(new Event('online'));`;

/** A task as the relay sets it by default, but without an end. */
const TASK = { challenge: { parameters: { nonce: '00'.repeat(16), salt: '00'.repeat(16), cost: 2_000, keyLength: 32, keyPrefix: 'none' } } };

const lab = await openLab();
const browser = await openChromium(SLOWER, WATCH);
try {
  lab.tamper = (answer) => (answer.method === 'POST' ? { ...answer, status: 403, body: Buffer.from(JSON.stringify(TASK)) } : answer);
  console.log(`${KEYS} keys in the form's text, everything slowed down ${SLOWER} times, in ms from a key to the next picture`);
  print('', ['median', 'worst', 'tasks over 50', 'tries a second']);
  print('nothing else', await type(''));
  print('while solving', await type(WAITING));
} finally {
  await browser.close();
  await lab.close();
}

async function type(first) {
  const page = await openPage(browser, lab.plainPage());
  const [frame] = page.frames;
  await page.evaluate('new Promise(done => setTimeout(done, 1000))');
  await page.evaluate(`(() => {${NOTE}})()`, frame);
  await page.evaluate(first);
  const began = performance.now();
  for (let key = 0; key < KEYS; key += 1) {
    await page.send('Input.dispatchKeyEvent', { type: 'char', text: 'a' });
    await page.evaluate('new Promise(done => setTimeout(done, 80))');
  }
  const seconds = (performance.now() - began) / 1000;
  const { times, long, tries } = await page.evaluate('({ times, long, tries })', frame);
  await page.close();
  if (times.length !== KEYS) throw new Error(`${times.length} of ${KEYS} keys arrived in the form`);
  if (first && !tries) throw new Error('nothing was solved meanwhile');
  times.sort((a, b) => a - b);
  return [times[KEYS / 2].toFixed(0), times.at(-1).toFixed(0), long.length ? `${long.length}, ${Math.max(...long).toFixed(0)} at most` : 'none', (tries / seconds).toFixed(0)];
}
