// What the widget costs a visitor, in a Chromium that is slowed down four times as a whole: main-thread time of the
// loader, time until something is seen and until the form can be used, longest tasks. `cargo xtask bench widget` runs it.

import { openLab } from '../e2e/lab.mjs';
import { openChromium, slowness } from './chromium.mjs';
import { WATCH, median, openPage, print, visit } from './visit.mjs';

const ROUNDS = 5;
const SLOWER = 4;
const TEXT = 'Contact';

const lab = await openLab();
const browser = await openChromium(SLOWER, WATCH);
try {
  const bare = lab.page('bare', `<!doctype html><html lang="en"><title>${TEXT}</title><h1>${TEXT}</h1>`);
  const [cold, warm, empty] = [[], [], []];
  const script = (address) => address.endsWith('/loader.js');
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = await visit(browser, lab.plainPage(), { script, until: 'ready' });
    cold.push(first);
    warm.push(await visit(browser, lab.plainPage(), { context: first.context, script, until: 'ready' }));
    empty.push(await visit(browser, bare, { script, until: '0' }));
  }
  console.log(`median of ${ROUNDS} visits (and the best), in ms, everything slowed down ${SLOWER} times`);
  print('', ['loader', 'skeleton', 'form usable', 'task over 50', 'in the frame']);
  print('first visit', row(cold));
  print('second visit', row(warm));
  print('the page without it', ['-', '-', '-', row(empty)[3], '-']);
  const page = await openPage(browser, lab.plainPage());
  const { page: ofPage, frame } = await slowness(page);
  console.log(`a fixed loop takes ${ofPage.toFixed(1)} times as long as unslowed in the page, ${frame.toFixed(1)} times in the form's frame`);
  await page.close();
} finally {
  await browser.close();
  await lab.close();
}

function row(visits) {
  return ['script', 'skeleton', 'there', 'page', 'frame'].map((name) => {
    const best = Math.min(...visits.map((found) => found[name]));
    return `${median(visits, (found) => found[name]).toFixed(0)} (${best.toFixed(0)})`;
  });
}
