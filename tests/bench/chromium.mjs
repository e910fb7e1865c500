// A Chromium that is slowed down as a whole: the DevTools protocol over a pipe, attached to every page and to every
// frame that has a process of its own before it runs anything. A sandboxed frame has one, so what slows the page
// down alone would not reach the form.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ARGUMENTS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--remote-debugging-pipe',
  // Nothing beyond this machine is asked, whatever a page wants.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** Starts it; everything in it runs `slower` times slower. `await browser.close()` ends it. */
export async function openChromium(slower) {
  const profile = await mkdtemp(path.join(tmpdir(), 'anteroom-bench-'));
  const child = spawn('/usr/bin/chromium', [...ARGUMENTS, `--user-data-dir=${profile}`], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const browser = new Chromium(child, slower);
  browser.closed = new Promise((resolve) => child.on('exit', resolve)).then(() => rm(profile, { recursive: true, force: true }));
  return browser;
}

class Chromium {
  constructor(child, slower) {
    this.child = child;
    this.slower = slower;
    this.waiting = new Map();
    this.listeners = new Set();
    this.last = 0;
    let text = '';
    child.stdio[4].setEncoding('utf8').on('data', (data) => {
      const messages = (text + data).split('\0');
      text = messages.pop();
      for (const message of messages) this.hear(JSON.parse(message));
    });
  }

  hear(message) {
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error) waiting?.reject(new Error(`${waiting.method}: ${message.error.message}`));
    else waiting?.resolve(message.result);
    if (message.method) for (const listener of this.listeners) listener(message);
  }

  /** Sends a command, to the browser or to what `sessionId` is attached to. */
  send(method, params = {}, sessionId) {
    const id = ++this.last;
    this.child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject, method }));
  }

  /** A page in a profile of its own, or in that of `context`. */
  async newPage(context) {
    const browserContextId = context ?? (await this.send('Target.createBrowserContext')).browserContextId;
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank', browserContextId });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, targetId, sessionId, browserContextId);
    await page.prepare(sessionId);
    return page;
  }

  async close() {
    await this.send('Browser.close').catch(() => {});
    await this.closed;
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
  async prepare(sessionId) {
    await this.browser.send('Emulation.setCPUThrottlingRate', { rate: this.browser.slower }, sessionId);
    await this.browser.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true }, sessionId);
  }

  async adopt({ sessionId, targetInfo }) {
    if (targetInfo.type === 'iframe') {
      this.frames.push(sessionId);
      await this.prepare(sessionId);
    }
    await this.browser.send('Runtime.runIfWaitingForDebugger', {}, sessionId);
  }

  send(method, params) {
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

/** Records what every process does until the returned function is called, which gives the events. */
export async function trace(browser, categories) {
  const events = [];
  let ended;
  const listener = ({ method, params }) => {
    if (method === 'Tracing.dataCollected') events.push(...params.value);
    if (method === 'Tracing.tracingComplete') ended();
  };
  browser.listeners.add(listener);
  await browser.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: categories } });
  return async () => {
    const complete = new Promise((resolve) => { ended = resolve; });
    await browser.send('Tracing.end');
    await complete;
    browser.listeners.delete(listener);
    return events;
  };
}
