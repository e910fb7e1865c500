// A Chromium that is slowed down as a whole: the DevTools protocol over a pipe, attached to every page and to every
// frame that has a process of its own before it runs anything. A sandboxed frame has one, so what slows the page
// down alone would not reach the form. Nothing here waits for ever: each command has `PATIENCE`.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PATIENCE = 30_000;
const ARGUMENTS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--remote-debugging-pipe',
  // Windows would load pages of the browser's own beside ours.
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,OmniboxFullPopup,PreloadTopChromeWebUI',
  // Nothing beyond this machine is asked, whatever a page wants.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** `promise`, or an error that names `what` once `ms` are over. */
export function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`${what}: no answer in ${ms / 1000} s`)), ms); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/**
 * Starts it; everything in it runs `slower` times slower, and `source` runs first in every document.
 * `await browser.close()` ends it.
 */
export async function openChromium(slower, source) {
  const profile = await mkdtemp(path.join(tmpdir(), 'anteroom-bench-'));
  const child = spawn('/usr/bin/chromium', [...ARGUMENTS, `--user-data-dir=${profile}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  return new Chromium(child, profile, slower, source);
}

class Chromium {
  constructor(child, profile, slower, source) {
    Object.assign(this, { child, slower, source, waiting: new Map(), listeners: new Set(), last: 0 });
    let text = '';
    child.stdio[4].setEncoding('utf8').on('data', (data) => {
      const messages = (text + data).split('\0');
      text = messages.pop();
      for (const message of messages) this.hear(JSON.parse(message));
    });
    child.stdio[3].on('error', () => {});
    this.ended = new Promise((resolve) => { child.on('exit', resolve); })
      .then(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }));
  }

  hear(message) {
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error) waiting?.reject(new Error(`${waiting.method}: ${message.error.message}`));
    else waiting?.resolve(message.result);
    if (message.method) for (const listener of this.listeners) listener(message);
  }

  /** Sends a command, to the browser or to what `sessionId` is attached to. */
  send(method, params = {}, sessionId = undefined) {
    const id = ++this.last;
    this.child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return within(PATIENCE, method, new Promise((resolve, reject) => { this.waiting.set(id, { resolve, reject, method }); }));
  }

  /** A page in a profile of its own, or in that of `context`. */
  async newPage(context) {
    const browserContextId = context ?? (await this.send('Target.createBrowserContext')).browserContextId;
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank', browserContextId });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, targetId, sessionId, browserContextId);
    await Promise.all(page.prepare(sessionId));
    return page;
  }

  async close() {
    this.send('Browser.close').catch(() => {});
    await within(10_000, 'ending Chromium', this.ended).catch(() => this.child.kill('SIGKILL'));
    await this.ended;
  }
}

class Page {
  constructor(browser, targetId, sessionId, context) {
    Object.assign(this, { browser, targetId, sessionId, context, frames: [] });
    this.listener = ({ method, params, sessionId: from }) => {
      const isOurs = from === this.sessionId || this.frames.includes(from);
      if (isOurs && method === 'Target.attachedToTarget') this.adopt(params);
    };
    browser.listeners.add(this.listener);
  }

  /** Slows down what runs there, and watches for the frames that it makes. */
  prepare(sessionId) {
    return [
      this.browser.send('Page.enable', {}, sessionId),
      this.browser.send('Page.addScriptToEvaluateOnNewDocument', { source: this.browser.source, runImmediately: true }, sessionId),
      this.browser.send('Emulation.setCPUThrottlingRate', { rate: this.browser.slower }, sessionId),
      this.browser.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true }, sessionId),
    ];
  }

  /** Answers come once the frame runs: waiting for them before letting it run would be for ever. */
  adopt({ sessionId, targetInfo }) {
    const commands = [];
    if (targetInfo.type === 'iframe') {
      this.frames.push(sessionId);
      commands.push(...this.prepare(sessionId));
    }
    commands.push(this.browser.send('Runtime.runIfWaitingForDebugger', {}, sessionId));
    // A frame that is gone again answers nothing; `slowness` shows whether those that stay are slowed down.
    for (const command of commands) command.catch(() => {});
  }

  send(method, params = {}) {
    return this.browser.send(method, params, this.sessionId);
  }

  /** The value of `expression`, a promise's too, in the page or in one of its frames. */
  async evaluate(expression, sessionId = this.sessionId) {
    const { result, exceptionDetails } = await this.browser.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, sessionId);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  async close() {
    this.browser.listeners.delete(this.listener);
    await this.browser.send('Target.closeTarget', { targetId: this.targetId });
  }
}

/** How many times slower a fixed loop runs in the page and in its first frame than it does there at full speed. */
export async function slowness(page) {
  const loop = '(() => { const began = performance.now(); let sum = 0; for (let i = 0; i < 2e7; i += 1) sum += i % 7; return performance.now() - began })()';
  const ratio = async (session) => {
    const best = async (rate) => {
      await page.browser.send('Emulation.setCPUThrottlingRate', { rate }, session);
      const times = [];
      for (let n = 0; n < 5; n += 1) times.push(await page.evaluate(loop, session));
      return Math.min(...times);
    };
    await best(1);
    return await best(page.browser.slower) / await best(1);
  };
  return { page: await ratio(page.sessionId), frame: page.frames.length ? await ratio(page.frames[0]) : NaN };
}
