// One visit to a page, and what it cost: main-thread time of an embed's script, the longest task of the page and of
// the frames, the time until something of the embed is there.

import { trace, within } from './chromium.mjs';

const CATEGORIES = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'];

/** When the first frame, or other element of an embed, has room on the page: what a visitor sees first of it. */
const WATCH = `if (window === top) {
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
  await page.send('Page.enable');
  await page.send('Page.addScriptToEvaluateOnNewDocument', { source: WATCH });
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
  await page.send('Page.enable');
  await page.send('Page.addScriptToEvaluateOnNewDocument', { source: WATCH });
  await page.send('Profiler.enable');
  await page.send('Profiler.setSamplingInterval', { interval: 200 });
  await page.send('Profiler.start');
  const finish = await trace(browser, CATEGORIES);
  await page.send('Page.navigate', { url });
  const there = await within(25_000, `${url} until ${until}`, page.evaluate(until));
  await page.evaluate('new Promise(done => setTimeout(done, 500))');
  const skeleton = await page.evaluate('skeleton');
  const { profile } = await page.send('Profiler.stop');
  // Which process is whose: the trace does not say it.
  await page.evaluate("console.timeStamp('page')");
  for (const frame of page.frames) await page.evaluate("console.timeStamp('frame')", frame).catch(() => {});
  const events = await finish();
  browser.listeners.delete(hear);
  await page.close();
  return { strangers: [...strangers], context: page.context, script: timeIn(profile, script), there, skeleton, ...longestTasks(events) };
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

/** The longest tasks, in ms, on the main threads of the page's process and of its frames'. */
function longestTasks(events) {
  const whose = new Map();
  for (const { name, pid, args } of events) if (name === 'TimeStamp') whose.set(pid, args.data.message);
  const main = new Set(events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(({ pid, tid }) => `${pid}/${tid}`));
  const tasks = events.filter(({ name, ph, pid, tid }) => name.endsWith('RunTask') && ph === 'X' && main.has(`${pid}/${tid}`));
  const longest = (owner) => tasks.filter(({ pid }) => whose.get(pid) === owner).reduce((most, { dur }) => Math.max(most, dur / 1000), 0);
  return { page: longest('page'), frame: longest('frame') };
}

/** The median of what `pick` takes from each visit. */
export function median(visits, pick) {
  return visits.map(pick).sort((a, b) => a - b)[Math.floor(visits.length / 2)];
}

export function print(name, values, width = 14) {
  console.log(name.padEnd(22), ...values.map((value) => String(value).padStart(width)));
}
