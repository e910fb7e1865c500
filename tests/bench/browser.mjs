// What the widget costs a visitor, in Chromium with the CPU slowed down four times: main-thread time of
// the loader, time until the form can be used, longest task. `cargo xtask bench` runs it.

import { openForm } from '../e2e/form.mjs';
import { openLab } from '../e2e/lab.mjs';

const ROUNDS = 7;
const SLOWER = 4;
const TEXT = 'Contact';

const lab = await openLab();
try {
  const bare = lab.page('bare', `<!doctype html><html lang="en"><title>${TEXT}</title><h1>${TEXT}</h1>`);
  const cold = [];
  const warm = [];
  const empty = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const context = await lab.browser.newContext();
    empty.push(await visit(context, bare, false));
    cold.push(await visit(context, lab.plainPage(), true));
    warm.push(await visit(context, lab.plainPage(), true));
    await context.close();
  }
  console.log(`median of ${ROUNDS} visits, CPU slowed down ${SLOWER} times, in ms`);
  print('', ['loader', 'form usable', 'longest task', 'blocking']);
  print('first visit', summary(cold));
  print('second visit', summary(warm));
  print('the page without it', ['-', '-', ...summary(empty).slice(2)]);
} finally {
  await lab.close();
}

async function visit(context, url, hasForm) {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  await page.addInitScript(() => {
    if (window !== top) return;
    addEventListener('anteroom:ready', () => { window.readyAt = performance.now(); }, true);
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask', buffered: true });
  });
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: 200 });
  await session.send('Profiler.start');
  if (hasForm) await openForm(page, url);
  else await page.goto(url);
  await page.waitForTimeout(300);
  const { profile } = await session.send('Profiler.stop');
  const { readyAt, longTasks } = await page.evaluate(() => ({ readyAt: window.readyAt ?? 0, longTasks: window.longTasks }));
  await page.close();
  return {
    loader: selfTime(profile, (address) => address.endsWith('/loader.js')),
    usable: readyAt,
    longest: Math.max(0, ...longTasks),
    blocking: longTasks.reduce((sum, duration) => sum + Math.max(0, duration - 50), 0),
  };
}

/** Milliseconds that the profile's samples spent in scripts whose address `matches`. */
function selfTime(profile, matches) {
  const ours = new Set(profile.nodes.filter((node) => matches(node.callFrame.url)).map((node) => node.id));
  return profile.samples.reduce((sum, id, index) => sum + (ours.has(id) ? profile.timeDeltas[index] : 0), 0) / 1000;
}

function summary(visits) {
  return ['loader', 'usable', 'longest', 'blocking'].map((name) => median(visits.map((found) => found[name])).toFixed(1));
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function print(name, values) {
  console.log(name.padEnd(20), ...values.map((value) => String(value).padStart(14)));
}
