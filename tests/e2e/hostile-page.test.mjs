// Other scripts and styles on the practice's website, and the policies that a website may set.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { SECRETS, assertFallback, fillForm, openForm, send } from './form.mjs';
import { openLab } from './lab.mjs';

let lab;
let page;

before(async () => { lab = await openLab(); });
beforeEach(async () => {
  const context = await lab.browser.newContext();
  page = await context.newPage();
});
after(() => lab?.close());

/** What a session-replay script does: watches everything that a page lets it watch. */
const SPY = `
  window.seen = [];
  const note = (what, value) => { try { seen.push(what + ' ' + (typeof value === 'string' ? value : JSON.stringify(value))); } catch { seen.push(what); } };
  for (const type of ['keydown', 'keypress', 'keyup', 'input', 'beforeinput', 'change', 'paste', 'click', 'submit', 'message', 'focusin', 'selectionchange', 'compositionend'])
    for (const target of [window, document]) target.addEventListener(type, (event) => note('event', [type, event.key, event.data, event.target?.value]), true);
  for (const name of ['fetch']) { const real = window[name]; window[name] = function (...args) { note(name, args.map(String)); if (args[1]?.body) note('body', String(args[1].body)); return real.apply(this, args); }; }
  const post = MessagePort.prototype.postMessage; MessagePort.prototype.postMessage = function (...args) { note('port', args[0]); return post.apply(this, args); };
  const onmessage = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage');
  Object.defineProperty(MessagePort.prototype, 'onmessage', { ...onmessage, set(handler) { onmessage.set.call(this, (event) => { note('from frame', event.data); handler.call(this, event); }); } });
  const set = Storage.prototype.setItem; Storage.prototype.setItem = function (name, value) { note('storage', value); return set.call(this, name, value); };
  const attach = Element.prototype.attachShadow; Element.prototype.attachShadow = function (options) { const root = attach.call(this, { ...options, mode: 'open' }); (window.roots ??= []).push(root); return root; };
  new MutationObserver(() => note('dom', document.documentElement.outerHTML)).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
`;

test('a spying script sees the widget and its ciphertext, and no answer', async () => {
  const url = lab.page('spied', `<!doctype html><html lang="en"><script>${SPY}</script><h1>Contact</h1>SNIPPET`);
  const frame = await openForm(page, url);
  await fillForm(frame);
  await send(frame);
  const { seen, reached } = await page.evaluate(() => {
    const frames = [...document.querySelectorAll('iframe'), ...(window.roots ?? []).flatMap((root) => [...root.querySelectorAll('iframe')])];
    const reached = frames.map((element) => {
      try { return element.contentDocument === null && !element.contentWindow.document ? 'closed' : 'open'; } catch (error) { return error.name; }
    });
    return { seen: window.seen, reached };
  });
  assert.deepEqual(reached, ['SecurityError'], 'the frame’s document is out of reach');
  assert.ok(seen.some((line) => line.startsWith('from frame') && line.includes('sealed')), 'the spy does see the channel');
  assert.ok(seen.some((line) => line.startsWith('body ey')), 'the spy does see the ciphertext go');
  const text = seen.join('\n').toLowerCase();
  for (const secret of SECRETS) assert.ok(!text.includes(secret.toLowerCase()), `the spy saw “${secret}”`);
  const keys = seen.filter((line) => /^event \["key/.test(line));
  assert.deepEqual(keys, [], 'no keystroke reached the page');
});

test('hostile style sheets do not change the form', async () => {
  const body = (css) => `<!doctype html><html lang="en"><style>${css}</style><body style="margin:0">SNIPPET`;
  const calm = 'body{width:600px}';
  const hostile = `${calm} *,*::before{color:red!important;font:40px cursive!important;text-transform:uppercase!important}
    div,iframe,form,input,p{display:none!important;opacity:.1!important;height:9px!important;transform:rotate(9deg)!important;filter:blur(9px)!important;visibility:hidden!important}
    [data-anteroom]{display:none!important;position:fixed!important;left:-9999px!important;zoom:.1!important}`;
  const shots = [];
  for (const [name, css] of [['calm', calm], ['hostile', hostile]]) {
    const frame = await openForm(page, lab.page(name, body(css)));
    await page.waitForTimeout(500);
    const owner = await frame.frameElement();
    const box = await owner.boundingBox();
    shots.push({ box, image: await page.screenshot({ clip: box, animations: 'disabled', caret: 'hide' }) });
  }
  assert.ok(shots[0].box.height > 200);
  assert.deepEqual(shots[1].box, shots[0].box);
  assert.ok(shots[1].image.equals(shots[0].image), 'the form looks the same to the pixel');
});

const strict = () => `default-src 'none'; script-src ${lab.relay} 'wasm-unsafe-eval'; connect-src ${lab.relay}; style-src 'self'; frame-src 'none'; base-uri 'none'; form-action 'none'`;
const html = '<!doctype html><html lang="en"><title>Contact</title><h1>Contact us</h1>SNIPPET';

test('it runs under a strict content security policy', async () => {
  const violations = [];
  page.on('console', (message) => { if (/Content.Security.Policy/i.test(message.text())) violations.push(message.text()); });
  const frame = await openForm(page, lab.page('strict', html, { 'content-security-policy': strict() }));
  await fillForm(frame);
  await send(frame);
  assert.deepEqual(violations, []);
});

test('it runs where Trusted Types are required', async () => {
  const policy = `${strict()}; require-trusted-types-for 'script'; trusted-types anteroom`;
  const frame = await openForm(page, lab.page('trusted-types', html, { 'content-security-policy': policy }));
  await fillForm(frame);
  await send(frame);
});

test('without wasm-unsafe-eval the phone number is shown', async () => {
  const policy = strict().replace(" 'wasm-unsafe-eval'", '');
  await page.goto(lab.page('no-wasm', html, { 'content-security-policy': policy }));
  await assertFallback(page);
});

test('without scripts the phone number is shown', async () => {
  const context = await lab.browser.newContext({ javaScriptEnabled: false });
  const still = await context.newPage();
  await still.goto(lab.page('no-script', html));
  await still.getByRole('link', { name: '+1 555 0100' }).waitFor({ state: 'visible' });
});
