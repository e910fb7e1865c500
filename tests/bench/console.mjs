// The console with a real volume of leads, beside a bare WebCrypto loop in the same page of the same run:
// `cargo xtask bench console`, or `node tests/bench/console.mjs [leads]`. Nothing here passes or fails.

import { openLab } from '../e2e/lab.mjs';

const LEADS = Number(process.argv[2] ?? 10_000);

// One address sends in a minute what a practice gets in years.
const settings = '[proof]\nrequired = false\n[limits]\nsubmissions_per_address = 0\nsubmissions_per_practice = 0\n';

const lab = await openLab({ settings, direct: true });
try {
  await lab.anteroom('demo', 'seed', '--count', String(LEADS), '--credential', lab.owner);
  const page = await (await lab.browser.newContext({ viewport: { width: 1280, height: 844 } })).newPage();
  await page.goto(`${lab.relay}/console/`);
  const bare = await page.evaluate(bareLoop, 1_000);
  const first = await opening(page);
  const search = await page.evaluate(searches, ['knee', 'sample', '5550', 'shoulder pain', 'zz']);
  await page.getByRole('button', { name: 'Lock', exact: true }).click();
  await page.reload();
  const second = await opening(page);
  const rate = LEADS / (first.all / 1000);
  console.log(`leads                         ${LEADS}`);
  console.log(`first rows after "Unlock"     ${Math.round(first.rows)} ms (600,000 rounds of PBKDF2, sign-in and trust among them)`);
  console.log(`everything shown after        ${Math.round(first.all)} ms, ${Math.round(rate)} leads/s, of it all`);
  console.log(`a bare WebCrypto loop         ${Math.round(bare)} unwraps and decryptions/s on the page's thread`);
  console.log(`ratio                         ${(rate / bare).toFixed(2)} (aim: 0.90)`);
  console.log(`the second opening            first rows ${Math.round(second.rows)} ms, everything ${Math.round(second.all)} ms (aim: 2,000)`);
  console.log(`search, until it is drawn     ${search.map((ms) => Math.round(ms)).join(', ')} ms (aim: below 50)`);
} finally {
  await lab.close();
}

/** Milliseconds from "Unlock" to the first rows and to a log that is read to its end. */
async function opening(page) {
  await page.getByLabel('Credential file').setInputFiles(lab.coordinator);
  await page.getByLabel('Passphrase').fill(lab.passphrase);
  const begun = performance.now();
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.locator('nav .row').first().waitFor({ timeout: 120_000 });
  const rows = performance.now() - begun;
  await page.getByRole('button', { name: 'Log verified' }).waitFor({ timeout: 600_000 });
  return { rows, all: performance.now() - begun };
}

/** RSA-OAEP unwrapping and AES-GCM decryption, 64 at once, and nothing else: how many a second. */
async function bareLoop(count) {
  const { subtle } = crypto;
  const oaep = { name: 'RSA-OAEP', modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };
  const pair = await subtle.generateKey(oaep, false, ['wrapKey', 'unwrapKey']);
  const content = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt']);
  const iv = new Uint8Array(12);
  const sealed = await subtle.encrypt({ name: 'AES-GCM', iv }, content, new Uint8Array(2048));
  const wrapped = await subtle.wrapKey('raw', content, pair.publicKey, 'RSA-OAEP');
  const one = async () => {
    const key = await subtle.unwrapKey('raw', wrapped, pair.privateKey, 'RSA-OAEP', { name: 'AES-GCM', length: 256 }, false, ['decrypt']);
    await subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed);
  };
  const begun = performance.now();
  for (let done = 0; done < count; done += 64) await Promise.all(Array.from({ length: 64 }, one));
  return count / ((performance.now() - begun) / 1000);
}

/** Types each text and waits until the list is drawn. */
async function searches(texts) {
  const input = document.getElementById('search');
  const took = [];
  for (const text of texts) {
    input.value = text;
    const begun = performance.now();
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    took.push(performance.now() - begun);
  }
  return took;
}
