// Anteroom's widget beside embeds that other projects publish on npm, in one run: bytes, main-thread time, and the time
// until they show something of their own. `cargo xtask bench widget` runs it.
//
// They do different things. Typeform's, Cal.com's and Formbricks' are wrappers: they load the form itself from their
// makers' servers, which nothing here can reach, so what is measured is what they cost before their form begins to
// load. altcha is a box to tick, not a form. Anteroom's figures are those of the whole form, ready to be filled in.

import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { openLab } from '../e2e/lab.mjs';
import { openChromium } from './chromium.mjs';
import { WATCH, median, print, visit } from './visit.mjs';

const ROUNDS = 3;
const SLOWER = 4;
const packages = path.join(import.meta.dirname, 'node_modules');
const SHOWN = 'new Promise(done => setInterval(() => { if (skeleton || performance.now() > 3000) done(skeleton) }, 20))';

const EMBEDS = [
  {
    name: '@typeform/embed', script: '@typeform/embed/build/embed.js', style: '@typeform/embed/build/css/widget.css',
    html: '<div data-tf-widget="abcdef" style="height:400px"></div><script src="/script.js"></script>',
  },
  {
    name: '@calcom/embed-core', script: '@calcom/embed-core/dist/embed/embed.js',
    html: `<div id="cal" style="height:400px"></div><script>
      window.Cal = function () { Cal.q.push(arguments) }; Cal.q = []; Cal.ns = {}; Cal.loaded = true;
      Cal('init', { origin: 'https://app.cal.com' }); Cal('inline', { elementOrSelector: '#cal', calLink: 'example' });
      </script><script type="module" src="/script.js"></script>`,
  },
  {
    name: '@formbricks/js', script: '@formbricks/js/dist/index.js',
    html: `<script type="module">import formbricks from '/script.js';
      formbricks.setup({ workspaceId: 'example', environmentId: 'example', appUrl: 'https://app.formbricks.com' });</script>`,
  },
  {
    name: 'altcha', script: 'altcha/dist/main/altcha.min.js',
    html: '<form><altcha-widget challenge="/challenge"></altcha-widget></form><script type="module" src="/script.js"></script>',
  },
];

const lab = await openLab();
const browser = await openChromium(SLOWER, WATCH);
try {
  console.log(`median of ${ROUNDS} first visits, everything slowed down ${SLOWER} times; script: main-thread time of it and of what it calls`);
  print('', ['version', 'bytes, brotli', 'script ms', 'task over 50', 'first shown ms', 'asks for'], 15);
  const ours = await rounds(lab.plainPage(), '/loader.js', 'ready');
  print('anteroom (loader)', ['this', await sizeOf('loader.js'), ...columns(ours), '-'], 15);
  print('anteroom (all)', ['this', await sizeOf('loader.js', 'frame.js', 'widget.wasm'), '', '', `${median(ours, ({ there }) => there).toFixed(0)} usable`, 'nobody else'], 15);
  for (const embed of EMBEDS) {
    const site = await serve(embed);
    const visits = await rounds(site.url, '/script.js', SHOWN);
    const { version } = JSON.parse(await readFile(path.join(packages, embed.name, 'package.json')));
    print(embed.name, [version, site.bytes, ...columns(visits), [...new Set(visits.flatMap(({ strangers }) => strangers))].join(' ') || 'nobody else'], 15);
    site.close();
  }
  console.log('wrappers (all but altcha) load their form from the server named last, which cannot be reached from here: those bytes and that time are not in the table');
} finally {
  await browser.close();
  await lab.close();
}

async function rounds(url, script, until) {
  const visits = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    visits.push(await visit(browser, url, { script: (address) => address.endsWith(script), until }));
  }
  return visits;
}

function columns(visits) {
  const shown = median(visits, ({ skeleton }) => skeleton);
  return [median(visits, (found) => found.script).toFixed(1), median(visits, ({ page }) => page).toFixed(0), shown ? shown.toFixed(0) : 'nothing'];
}

async function sizeOf(...names) {
  const root = path.resolve(import.meta.dirname, '../../dist/widget');
  const { version } = JSON.parse(await readFile(path.join(root, 'current.json')));
  const files = await Promise.all(names.map((name) => readFile(path.join(root, version, `${name}.br`))));
  return files.reduce((sum, { length }) => sum + length, 0);
}

/** A website with the embed on its one page. */
async function serve({ script, style, html }) {
  const files = new Map([['/script.js', ['text/javascript', await readFile(path.join(packages, script))]]]);
  if (style) files.set('/style.css', ['text/css', await readFile(path.join(packages, style))]);
  for (const file of files.values()) file[1] = brotliCompressSync(file[1]);
  const link = style ? '<link rel="stylesheet" href="/style.css">' : '';
  const page = Buffer.from(`<!doctype html><html lang="en"><title>Contact</title>${link}<h1>Contact us</h1>${html}`);
  const server = http.createServer((request, response) => {
    const [type, body] = files.get(request.url) ?? ['text/html', request.url === '/' ? page : Buffer.alloc(0)];
    response.writeHead(200, { 'content-type': type, ...(files.has(request.url) && { 'content-encoding': 'br' }) });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    bytes: [...files.values()].reduce((sum, [, body]) => sum + body.length, 0),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
