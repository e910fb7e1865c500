// The main job: a person asks for care, the practice reads it, and nobody else can.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { databases } from './databases.mjs';
import { PATIENT, SECRETS, fillForm, openForm, send } from './form.mjs';
import { openLab, PRACTICE } from './lab.mjs';

let lab;
let page;
let reference;
const requests = [];

before(async () => {
  lab = await openLab();
  page = await lab.browser.newPage();
  page.on('request', (request) => requests.push(request));
});
after(() => lab?.close());

test('a person fills in the form and gets a reference', async () => {
  const frame = await openForm(page, lab.plainPage());
  await fillForm(frame);
  reference = await send(frame);
  assert.match(reference, /^[0-9A-Z]{3}-[0-9A-Z]{3}$/);
});

test('nothing that left the browser holds an answer, and all of it went to the relay or the website', async () => {
  assert.ok(requests.length > 4);
  for (const request of requests) {
    const { origin } = new URL(request.url());
    assert.ok(origin === lab.relay || origin === lab.site, `a request went to ${request.url()}`);
    const said = [request.url(), JSON.stringify(await request.allHeaders()), request.postData() ?? ''].join('\n');
    assertSilent(said, request.url());
  }
  const submitted = requests.filter((request) => request.method() === 'POST');
  assert.equal(submitted.length, 1);
  assert.equal(new URL(submitted[0].url()).pathname, `/v1/practices/${PRACTICE}/inquiries`);
});

test('neither does the website keep an answer in the browser', async () => {
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage, cookie: document.cookie }));
  assertSilent(kept, 'storage');
});

test('the relay’s files and its log hold no answer', async () => {
  const stored = await lab.storedBytes();
  assert.ok(stored.length > 4096);
  assert.ok(stored.includes(PRACTICE), 'the search can see what is stored in clear');
  assertSilent(stored, 'the database');
  assertSilent(lab.relayLog, 'the relay’s log');
});

test('the coordinator reads it on the command line', async () => {
  const list = await lab.anteroom('inbox', 'list', '--credential', lab.coordinator);
  assert.match(list, new RegExp(`${reference}.*Wilhelmina Quartermaine`));
  const shown = await lab.anteroom('inbox', 'show', reference, '--credential', lab.coordinator);
  for (const answer of [PATIENT.name, 'zanzibar', '555-0142', PATIENT.carrier, PATIENT.physician]) {
    assert.ok(shown.includes(answer), `${answer} is missing in\n${shown}`);
  }
  // Knee replacement 25, appointment 20, insurance 15, as the practice's model has it.
  assert.match(shown, /60/);
  assert.match(shown, /Care-Ready/);
});

test('and in the console', async () => {
  const context = await lab.browser.newContext();
  const staff = await context.newPage();
  const errors = [];
  staff.on('pageerror', (error) => errors.push(error));
  await staff.goto(`${lab.relay}/console/`);
  await staff.locator('input[type=file]').setInputFiles(lab.coordinator);
  await staff.getByLabel('Passphrase').fill(lab.passphrase);
  await staff.getByRole('button', { name: 'Unlock' }).click();
  await staff.getByText('Wilhelmina Quartermaine').first().click();
  await staff.getByRole('main', { name: 'Lead' }).getByText('zanzibar').waitFor();
  assert.deepEqual(errors, []);
  const left = await staff.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage, url: location.href, title: document.title }));
  assertSilent(left, 'the console’s storage, address or title');
  await staff.getByRole('button', { name: 'Lock', exact: true }).click();
  await staff.getByRole('button', { name: 'Forget this machine' }).waitFor();
  const kept = JSON.stringify(await databases(staff));
  assert.match(kept, /content-keys/);
  assertSilent(kept, 'what the console keeps for the next opening');
  await context.close();
});

test('a second look at the log finds it intact', async () => {
  assert.match(await lab.anteroom('log', 'verify', '--credential', lab.coordinator), /intact/);
});

function assertSilent(text, where) {
  for (const secret of SECRETS) {
    const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('hex'), ...base64Forms(secret)];
    for (const form of forms) {
      assert.ok(!text.toLowerCase().includes(form.toLowerCase()), `${where} holds “${secret}”`);
    }
  }
}

/** How `secret` looks inside base64, at each of the three alignments, without the characters that neighbours change. */
function base64Forms(secret) {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.from(' '.repeat(shift) + secret).toString('base64url');
    return encoded.slice(shift === 0 ? 0 : shift + 1, -2);
  });
}
