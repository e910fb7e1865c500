// Starts the console, or says why it cannot start; and clears the page when it stops by a fault of its own, so that
// nothing decrypted stays on a screen that answers no more.
import start from './console.js';
import * as passkey from './passkey.js';
import * as store from './store.js';

function say(words) {
  const line = document.createElement('p');
  line.setAttribute('role', 'alert');
  line.textContent = words;
  const box = document.createElement('main');
  box.className = 'boot';
  box.append(line);
  document.body.replaceChildren(box);
  translate(line);
}

/** Into the language that the console spoke, if its words can still be had. */
async function translate(line) {
  const tag = document.documentElement.lang;
  if (tag === 'en') return;
  const answer = await fetch(new URL(`words.${tag}.json`, import.meta.url));
  line.textContent = (await answer.json())[line.textContent] ?? line.textContent;
}

function stop(fault) {
  if (fault instanceof WebAssembly.RuntimeError) {
    say('The console stopped by a fault of its own. What you saved is in the log; load the page again to go on.');
  }
}
addEventListener('error', (event) => stop(event.error));
addEventListener('unhandledrejection', (event) => stop(event.reason));

// The page's policy (Trusted Types) lets one address become a worker, this one.
const worker = new URL('worker.js', import.meta.url).href;
const policy = globalThis.trustedTypes?.createPolicy('anteroom-worker', { createScriptURL: () => worker });
globalThis.anteroomWorker = () => new Worker(policy ? policy.createScriptURL('') : worker);

// Only who edits the form needs it.
globalThis.anteroomPreview = async (what, ...given) => (await import('./preview/preview.js'))[what](...given);

Object.assign(globalThis, { anteroomPasskey: passkey, anteroomStore: store });

try {
  await start({ module_or_path: new URL('console_bg.wasm', import.meta.url) });
  document.getElementById('boot').remove();
} catch (error) {
  console.error(error);
  say('The console could not start in this browser. Load the page again; if that does not help, use a current Chrome, Edge, Firefox or Safari.');
}
