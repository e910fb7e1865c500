// One visit to a page, and what it cost: main-thread time of an embed's script, the longest task of the page and of
// the frames, the time until something of the embed is there.

import { within } from './chromium.mjs';

/**
 * In every document: its tasks over 50 ms. In the page: when the first frame, or other element of an embed, has room
 * on it, which is what a visitor sees first; and when our form is there.
 */
export const WATCH = `
globalThis.long ??= [];
new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
if (window === top && !globalThis.ready) {
  globalThis.ready = new Promise(done => addEventListener('anteroom:ready', () => done(performance.now()), true));
  globalThis.skeleton = 0;
  const seen = () => { skeleton ||= performance.now() };
  const sizes = new ResizeObserver((entries) => entries.some(({ contentRect }) => contentRect.height > 20) && seen());
  const known = new WeakSet();
  const look = (root) => {
    for (const element of root.querySelectorAll('iframe, altcha-widget, cal-inline')) if (!known.has(element)) { known.add(element); sizes.observe(element) }
  };
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (how) {
    const root = attach.call(this, how);
    new MutationObserver(() => look(root)).observe(root, { childList: true, subtree: true });
    return root;
  };
  new MutationObserver(() => look(document)).observe(document, { childList: true, subtree: true });
}`;

/** A page at `url` with the form on it. */
export async function openPage(browser, url) {
  const page = await browser.newPage();
  await page.send('Page.navigate', { url });
  await within(25_000, `the form at ${url}`, page.evaluate('ready'));
  return page;
}

/**
 * Visits `url` in a page of `context`, or of a new one. `script` says whether an address is the embed's script;
 * `until` is an expression of the page for a promise of the time, in ms since navigation, at which it is there.
 */
export async function visit(browser, url, { context, script, until }) {
  const page = await browser.newPage(context);
  const strangers = new Set();
  const hear = ({ method, params, sessionId }) => {
    if (method === 'Network.requestWillBeSent' && sessionId === page.sessionId) {
      const { hostname } = new URL(params.request.url);
      if (hostname && hostname !== '127.0.0.1') strangers.add(hostname);
    }
  };
  browser.listeners.add(hear);
  await page.send('Network.enable');
  await page.send('Profiler.enable');
  await page.send('Profiler.setSamplingInterval', { interval: 200 });
  await page.send('Profiler.start');
  await page.send('Page.navigate', { url });
  const there = await within(25_000, `${url} until ${until}`, page.evaluate(until));
  await page.evaluate('new Promise(done => setTimeout(done, 500))');
  const skeleton = await page.evaluate('skeleton');
  const { profile } = await page.send('Profiler.stop');
  const longest = async (session) => Math.max(0, ...await page.evaluate('long', session));
  const tasks = { page: await longest(), frame: page.frames.length ? await longest(page.frames[0]) : 0 };
  browser.listeners.delete(hear);
  await page.close();
  return { strangers: [...strangers], context: page.context, script: timeIn(profile, script), there, skeleton, ...tasks };
}

/** Milliseconds that the profile's samples spent in scripts whose address `matches`, and in all that these called. */
function timeIn(profile, matches) {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const ours = new Set();
  const add = (id) => {
    ours.add(id);
    nodes.get(id).children?.forEach(add);
  };
  for (const node of profile.nodes) if (matches(node.callFrame.url)) add(node.id);
  return profile.samples.reduce((sum, id, index) => sum + (ours.has(id) ? profile.timeDeltas[index] : 0), 0) / 1000;
}

/** The median of what `pick` takes from each visit. */
export function median(visits, pick) {
  return visits.map(pick).sort((a, b) => a - b)[Math.floor(visits.length / 2)];
}

export function print(name, values, width = 14) {
  console.log(name.padEnd(22), ...values.map((value) => String(value).padStart(width)));
}
