// What the widget costs a visitor, in a Chromium that is slowed down four times as a whole: main-thread time of the
// loader, time until the form can be used, longest tasks. `cargo xtask bench widget` runs it.

import { openLab } from '../e2e/lab.mjs';
import { openChromium } from './chromium.mjs';
import { median, print, visit } from './visit.mjs';

const ROUNDS = 7;
const SLOWER = 4;
const TEXT = 'Contact';

const lab = await openLab();
const browser = await openChromium(SLOWER);
try {
  const bare = lab.page('bare', `<!doctype html><html lang="en"><title>${TEXT}</title><h1>${TEXT}</h1>`);
  const cold = [];
  const warm = [];
  const empty = [];
  const script = (address) => address.endsWith('/loader.js');
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = await visit(browser, lab.plainPage(), { script, until: 'ready' });
    cold.push(first);
    warm.push(await visit(browser, lab.plainPage(), { context: first.context, script, until: 'ready' }));
    empty.push(await visit(browser, bare, { script, until: '0' }));
  }
  console.log(`median of ${ROUNDS} visits in ms, everything slowed down ${SLOWER} times`);
  print('', ['loader', 'skeleton', 'form usable', 'longest task', 'in the frame']);
  print('first visit', row(cold));
  print('second visit', row(warm));
  print('the page without it', ['-', '-', '-', ...row(empty).slice(3, 4), '-']);
  const { page, frame } = await slowness(lab.plainPage());
  console.log(`a fixed loop takes ${page.toFixed(1)} times as long as unslowed in the page, ${frame.toFixed(1)} times in the form's frame`);
} finally {
  await browser.close();
  await lab.close();
}

function row(visits) {
  return ['script', 'skeleton', 'there', 'page', 'frame'].map((name) => median(visits, (found) => found[name]).toFixed(1));
}

/** How much slower the page and the form's frame run than without slowing down: the frame has a process of its own. */
async function slowness(url) {
  const loop = '(() => { const began = performance.now(); let sum = 0; for (let i = 0; i < 2e7; i += 1) sum += i % 7; return performance.now() - began })()';
  const page = await browser.newPage();
  await page.send('Page.navigate', { url });
  await page.evaluate("new Promise(done => document.readyState == 'complete' ? done() : addEventListener('load', done))");
  await page.evaluate('new Promise(done => setTimeout(done, 3000))');
  const ratio = async (session) => {
    const best = async (rate) => {
      await browser.send('Emulation.setCPUThrottlingRate', { rate }, session);
      const times = [];
      for (let n = 0; n < 5; n += 1) times.push(await page.evaluate(loop, session));
      return Math.min(...times);
    };
    await best(1);
    return await best(SLOWER) / await best(1);
  };
  const found = { page: await ratio(page.sessionId), frame: page.frames.length ? await ratio(page.frames[0]) : NaN };
  await page.close();
  return found;
}
