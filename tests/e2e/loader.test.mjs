// The loader by itself, without a browser: what it records of visits, when it does not, and how the outbox
// delivers. It runs in a page that shows no form (`data-mode="visits"`).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import vm from 'node:vm';

const source = readFileSync(path.resolve(import.meta.dirname, '../../widget/loader/loader.js'), 'utf8');
const DAY = 86_400_000;
const VISITS = 'anteroom:lakeside-ortho:visits';
const OUTBOX = 'anteroom:lakeside-ortho:outbox';

/** A page with the loader in it. */
function visit(options = {}) {
  const { storage = new Map(), url = 'https://practice.example/pricing', referrer = '', data = {}, navigator = {}, answer = () => 201 } = options;
  const listeners = { window: {}, document: {} };
  const listen = (of) => (type, listener) => { (listeners[of][type] ??= []).push(listener); };
  const page = {
    URL, URLSearchParams, JSON, Object, Array, Math, Date, Promise, AbortSignal, MessageChannel,
    timers: [], requests: [], events: [], storage,
    location: new URL(url),
    navigator: { language: 'en', ...navigator },
    localStorage: options.localStorage ?? {
      getItem: (name) => storage.get(name) ?? null,
      setItem: (name, value) => { storage.set(name, value); },
      removeItem: (name) => { storage.delete(name); },
    },
    addEventListener: listen('window'),
    CustomEvent: class { constructor(type, init) { Object.assign(this, { type, ...init }); } },
    setTimeout: (run, ms) => { page.timers.push({ run, ms }); },
    fetch: async (address, init) => {
      page.requests.push({ address, ...init });
      const status = await answer(page.requests.length);
      return { status, ok: status < 300 };
    },
    document: {
      referrer,
      documentElement: { lang: 'en' },
      currentScript: { src: 'https://relay.example/e/0123/loader.js', dataset: { practice: 'lakeside-ortho', mode: 'visits', ...data } },
      dispatchEvent: (event) => { page.events.push(event); },
    },
  };
  page.window = page;
  vm.runInNewContext(source, page);
  page.fire = (type, event) => (listeners.window[type] ?? []).forEach((listener) => listener(event));
  page.kept = () => JSON.parse(storage.get(VISITS) ?? '[]');
  return page;
}

const settled = () => new Promise((resolve) => { setImmediate(resolve); });

test('a visit is a path, a time and the kind of referring page; never an address', () => {
  const [kept] = visit({
    url: 'https://practice.example/pricing?utm_source=news&utm_campaign=spring&name=Ada#part',
    referrer: 'https://www.google.com/search?q=knee+pain',
  }).kept();
  assert.ok(Date.now() - kept.ms < 5_000);
  assert.deepEqual({ ...kept, ms: 0 }, { path: '/pricing', ms: 0, referrer: 'search', campaign: { source: 'news', name: 'spring' } });
});

for (const [referrer, kind, url] of [
  ['', 'none'],
  ['https://practice.example/', 'none'],
  ['https://duckduckgo.com/', 'search'],
  ['https://m.facebook.com/x', 'social'],
  ['https://notfacebook.example/', 'other'],
  ['https://clinic.example/', 'physician', 'https://practice.example/?ref=physician'],
]) {
  test(`a visit from “${referrer}” is of the kind ${kind}`, () => {
    assert.equal(visit({ referrer, url }).kept()[0].referrer, kind);
  });
}

test('visits add up over pages, within a hundred and thirty days', () => {
  const storage = new Map();
  storage.set(VISITS, JSON.stringify([
    { path: '/old', ms: Date.now() - 31 * DAY, referrer: 'none' },
    ...Array.from({ length: 120 }, (_, at) => ({ path: `/p${at}`, ms: Date.now() - DAY + at, referrer: 'none' })),
  ]));
  const kept = visit({ storage }).kept();
  assert.equal(kept.length, 100);
  assert.equal(kept.at(-1).path, '/pricing');
  assert.ok(!kept.some((one) => one.path === '/old'));
});

test('a single-page application and a download are seen', () => {
  const page = visit();
  page.location.pathname = '/guides/knee-pain';
  page.fire('popstate');
  page.fire('popstate');
  const link = { hasAttribute: () => false, pathname: '/guides/knee-pain.pdf' };
  page.fire('click', { target: { closest: () => link } });
  assert.deepEqual(page.kept().map((one) => one.path), ['/pricing', '/guides/knee-pain', '/guides/knee-pain.pdf']);
});

for (const [why, options] of [
  ['the practice turns signals off', { data: { signals: 'off' } }],
  ['of Global Privacy Control', { navigator: { globalPrivacyControl: true } }],
  ['of Do Not Track', { navigator: { doNotTrack: '1' } }],
  ['consent was not given', { data: { signals: 'consent' } }],
]) {
  test(`nothing is recorded because ${why}`, () => {
    const page = visit(options);
    page.fire('popstate');
    assert.equal(page.storage.size, 0);
  });
}

test('with consent it records from then on, and forgets when consent is withdrawn', () => {
  const page = visit({ data: { signals: 'consent' } });
  page.anteroom.consent(true);
  assert.equal(page.anteroom.signals().length, 1);
  page.anteroom.consent(false);
  assert.equal(page.anteroom.signals().length, 0);
  assert.equal(page.storage.size, 0);
});

test('a visitor sees what is kept, and can have it forgotten', () => {
  const page = visit();
  assert.equal(page.anteroom.signals()[0].path, '/pricing');
  page.anteroom.forget();
  assert.deepEqual([...page.anteroom.signals()], []);
});

const waiting = (ms = Date.now()) => new Map([[OUTBOX, JSON.stringify([{ entry: 'AAAAAAAAAAAAAAAAAAAAAA', body: 'e.y.J', ms }])]]);

test('what waits is delivered by the next visit, and only once', async () => {
  const page = visit({ storage: waiting() });
  await settled();
  const [request] = page.requests;
  assert.equal(request.address, 'https://relay.example/v1/practices/lakeside-ortho/inquiries');
  assert.deepEqual([request.method, request.body, request.keepalive], ['POST', 'e.y.J', true]);
  assert.equal(page.storage.get(OUTBOX), '[]');
  assert.deepEqual(page.events.map((event) => event.type), ['anteroom:sent']);
  page.fire('online');
  await settled();
  assert.equal(page.requests.length, 1);
});

for (const status of [400, 409, 413, 415, 422]) {
  test(`what the relay will never take (${status}) is dropped and reported`, async () => {
    const page = visit({ storage: waiting(), answer: () => status });
    await settled();
    assert.equal(page.storage.get(OUTBOX), '[]');
    assert.deepEqual(page.events.map((event) => [event.type, event.detail.reason]), [['anteroom:failed', 'refused']]);
  });
}

for (const status of [404, 429, 500, 503]) {
  test(`what the relay may take later (${status}) is kept, and tried again more and more rarely`, async () => {
    const page = visit({ storage: waiting(), answer: () => status });
    await settled();
    for (let tries = 0; tries < 5; tries += 1) {
      page.timers.at(-1).run();
      await settled();
    }
    assert.equal(page.requests.length, 6);
    assert.equal(JSON.parse(page.storage.get(OUTBOX)).length, 1);
    const pauses = page.timers.map((timer) => timer.ms);
    assert.ok(pauses.every((ms, at) => ms >= 1000 * 2 ** at && ms <= 2000 * 2 ** at), String(pauses));
  });
}

test('without a connection it is kept until there is one', async () => {
  let online = false;
  const page = visit({ storage: waiting(), answer: () => { if (!online) throw new TypeError('no network'); return 201; } });
  await settled();
  assert.equal(JSON.parse(page.storage.get(OUTBOX)).length, 1);
  online = true;
  page.fire('online');
  await settled();
  assert.equal(page.storage.get(OUTBOX), '[]');
});

test('after thirty days it is given up', async () => {
  const page = visit({ storage: waiting(Date.now() - 31 * DAY) });
  await settled();
  assert.equal(page.requests.length, 0);
  assert.equal(page.storage.get(OUTBOX), '[]');
});

test('a browser that forbids storage does no harm', () => {
  const refuse = () => { throw new Error('denied'); };
  const page = visit({ localStorage: { getItem: refuse, setItem: refuse, removeItem: refuse } });
  assert.equal(page.anteroom.signals().length, 1);
  page.anteroom.forget();
  assert.equal(page.anteroom.signals().length, 0);
});

test('strange things in storage do no harm', () => {
  for (const text of ['{', '{}', '"x"', '7', 'null']) {
    const page = visit({ storage: new Map([[VISITS, text], [OUTBOX, text]]) });
    assert.equal(page.kept().length, 1);
  }
});
