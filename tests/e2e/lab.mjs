// A laboratory for the end-to-end tests: a real relay on SQLite behind a proxy that can listen and
// tamper, a practice made by the real command line, a practice website on another origin, and a
// real Chromium. Nothing leaves 127.0.0.1.

import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

export const root = path.resolve(import.meta.dirname, '../..');
export const programs = path.join(root, process.env.CARGO_TARGET_DIR ?? 'target', process.env.PROGRAMS ?? 'debug');
const PASSPHRASE = 'a passphrase for tests only';
const CHROMIUM_ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export const PRACTICE = 'lakeside-ortho';
export const PHONE = '+1 555 0100';

// Tests count requests, and a proof of work would be one more before each submission.
const WITHOUT_PROOF = '[proof]\nrequired = false\n';

/**
 * Starts everything; `await lab.close()` ends it. `settings` is the relay's configuration file, `host` its name: passkeys need one.
 * With `direct` nothing stands between the browsers and the relay, for measuring.
 */
export async function openLab({ settings = WITHOUT_PROOF, host = '127.0.0.1', direct = false } = {}) {
  const directory = await mkdtemp(path.join(tmpdir(), 'anteroom-e2e-'));
  const lab = new Lab(directory, settings, host, direct);
  try {
    await lab.start();
  } catch (error) {
    await lab.close();
    throw error;
  }
  return lab;
}

class Lab {
  constructor(directory, settings, host, direct) {
    this.directory = directory;
    this.settings = settings;
    this.host = host;
    this.direct = direct;
    this.practice = path.join(directory, 'practice');
    this.database = path.join(directory, 'relay');
    this.coordinator = path.join(this.practice, 'sam-rivera.credential');
    this.owner = path.join(this.practice, 'maria-lopez.credential');
    /** Everything that crossed the proxy: {method, url, requestBody, status, responseBody}. */
    this.exchanges = [];
    /** Set to change an answer: ({method, url, status, headers, body}) => the changed one, or null to drop the connection. */
    this.tamper = (answer) => answer;
    /** A status that {method, url} is answered with in the relay's place; 0: the relay answers. */
    this.refuse = () => 0;
    /** Milliseconds that an answer to {method, url} is held back, after the relay has given it. */
    this.delay = () => 0;
    /** Pages of the website by path: {headers, html}. `SNIPPET` in the html is replaced. */
    this.pages = new Map();
    this.closers = [];
  }

  async start() {
    const relayPort = await freePort();
    this.relay = `http://${this.host}:${this.direct ? relayPort : await this.startProxy(relayPort)}`;
    await this.startRelay(relayPort);
    await this.makePractice(this.practice);
    await this.anteroom('staff', 'add', 'sam-rivera', '--role', 'coordinator', '--dir', this.practice);
    this.snippet = await this.anteroom('snippet', '--credential', this.owner, '--version-file', path.join(root, 'dist/widget/current.json'));
    this.site = `http://127.0.0.1:${await this.startSite()}`;
    this.browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: CHROMIUM_ARGUMENTS });
    this.closers.push(() => this.browser.close());
  }

  /** Registers a practice whose keys are in `folder`. */
  async makePractice(folder, ...more) {
    const invite = (await run(path.join(programs, 'anteroom-relay'), ['invite', '--data', this.database])).trim();
    await this.anteroom('init', '--relay', this.relay, '--invite', invite, '--manifest',
      path.join(root, 'examples/manifests/lakeside-ortho.toml'), '--owner', 'maria-lopez', '--dir', folder, ...more);
  }

  async close() {
    for (const close of this.closers.reverse()) await close();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Runs the practice's command line; rejects with its exit code and output when it fails. */
  anteroom(...args) {
    return run(path.join(programs, 'anteroom'), args, { ANTEROOM_PASSPHRASE: PASSPHRASE });
  }

  get passphrase() {
    return PASSPHRASE;
  }

  /** A page of the website that holds `html`; returns its address. */
  page(name, html, headers = {}) {
    this.pages.set(`/${name}`, { headers, html });
    return `${this.site}/${name}`;
  }

  /** An address of a plain page with the snippet. */
  plainPage() {
    return this.page('contact', '<!doctype html><html lang="en"><title>Contact</title><h1>Contact us</h1>SNIPPET');
  }

  async startRelay(port) {
    const settings = path.join(this.directory, 'relay.toml');
    await writeFile(settings, this.settings);
    const relay = spawn(path.join(programs, 'anteroom-relay'), [
      'serve', '--config', settings, '--data', this.database, '--listen', `127.0.0.1:${port}`, '--public-url', this.relay,
      '--widget', path.join(root, 'dist/widget'), '--console', path.join(root, 'dist/console'),
    ], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.relayLog = '';
    relay.stderr.on('data', (data) => { this.relayLog += data; });
    this.closers.push(() => stop(relay));
    await new Promise((resolve, reject) => {
      relay.stdout.on('data', (data) => {
        this.relayLog += data;
        if (String(data).includes('listening on')) resolve();
      });
      relay.on('exit', (code) => reject(new Error(`the relay ended (${code}): ${this.relayLog}`)));
    });
  }

  /** What stands between everyone and the relay. */
  startProxy(relayPort) {
    return this.serve(async (request, body, response) => {
      // A stream has no end to wait for.
      if (request.url.endsWith('/heads')) return stream(relayPort, request, response);
      const refused = this.refuse({ method: request.method, url: request.url });
      if (refused) {
        response.writeHead(refused);
        return response.end();
      }
      const answer = await forward(relayPort, request, body);
      const exchange = { method: request.method, url: request.url, requestBody: body, status: answer.status, responseBody: answer.body };
      this.exchanges.push(exchange);
      const changed = this.tamper({ method: request.method, url: request.url, ...answer });
      if (!changed) return response.destroy();
      await setTimeout(this.delay({ method: request.method, url: request.url }));
      const headers = { ...changed.headers };
      delete headers['transfer-encoding'];
      headers['content-length'] = Buffer.byteLength(changed.body);
      response.writeHead(changed.status, headers);
      response.end(changed.body);
    });
  }

  startSite() {
    return this.serve(async (request, _body, response) => {
      const page = this.pages.get(request.url.split('?')[0]);
      if (!page) {
        response.writeHead(404);
        return response.end();
      }
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...page.headers });
      response.end(page.html.replace('SNIPPET', page.snippet ?? this.snippet));
    });
  }

  /** Puts the example practice's own pages on the website. */
  serveExampleSite() {
    return this.serveFolder('examples/site', '');
  }

  /** Puts a folder of the repository on the website, under `prefix` (`/spa` or nothing). */
  async serveFolder(name, prefix, headers = {}) {
    const folder = path.join(root, name);
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      const relative = `${prefix}/${path.relative(folder, file)}`;
      const html = (await readFile(file, 'utf8')).replace('<!-- anteroom:snippet -->', 'SNIPPET');
      const type = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.svg': 'image/svg+xml', '.js': 'text/javascript' }[path.extname(file)];
      const page = { headers: { 'content-type': type ?? 'application/octet-stream', ...headers }, html };
      this.pages.set(relative, page);
      this.pages.set(relative.replace(/(index)?\.html$/, ''), page);
    }
  }

  async serve(handler) {
    const server = http.createServer((request, response) => {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => handler(request, Buffer.concat(parts), response).catch((error) => {
        response.writeHead(502);
        response.end(String(error));
      }));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.closers.push(() => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }));
    return server.address().port;
  }

  /** Every byte in the relay's data folder, as one string of Latin-1. */
  async storedBytes() {
    const names = await readdir(this.database, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile() && !path.join(entry.parentPath, entry.name).includes('/assets/'));
    const contents = await Promise.all(files.map((entry) => readFile(path.join(entry.parentPath, entry.name), 'latin1')));
    return contents.join('\n');
  }
}

function forward(port, request, body) {
  return new Promise((resolve, reject) => {
    const upstream = http.request({ port, host: '127.0.0.1', method: request.method, path: request.url, headers: request.headers }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
    });
    upstream.on('error', reject);
    upstream.end(body);
  });
}

function stream(port, request, response) {
  const upstream = http.request({ port, host: '127.0.0.1', method: request.method, path: request.url, headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  });
  upstream.on('error', () => response.destroy());
  response.on('close', () => upstream.destroy());
  upstream.end();
}

async function run(program, args, environment = {}) {
  try {
    const { stdout } = await promisify(execFile)(program, args, { env: { ...process.env, ...environment }, maxBuffer: 64 << 20 });
    return stdout;
  } catch (error) {
    throw Object.assign(new Error(`${path.basename(program)} ${args.join(' ')} failed (${error.code})\n${error.stderr}`), { exit: error.code, stdout: error.stdout, stderr: error.stderr });
  }
}

function stop(child) {
  if (child.exitCode !== null) return undefined;
  return new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.on('exit', resolve);
    child.kill('SIGTERM');
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = http.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
