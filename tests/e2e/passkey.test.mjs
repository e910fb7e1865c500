// Credential files that the console remembers on a machine: with a passphrase alone, and with a passkey besides (Chromium's
// virtual authenticator). A passkey belongs to a name, so the relay has one here.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, test } from 'node:test';
import { databases } from './databases.mjs';
import { openLab } from './lab.mjs';

const AUTHENTICATOR = {
  protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal',
  hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true,
};
const PERSON = 'sam-rivera · lakeside-ortho';

let lab;
let contexts = [];

before(async () => {
  lab = await openLab({ host: 'localhost' });
  await lab.anteroom('demo', 'seed', '--count', '3', '--credential', lab.owner);
});
afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
});
after(() => lab?.close());

/** A page, and an authenticator for it. */
async function newPage(options = { hasPrf: true }) {
  const context = await lab.browser.newContext();
  contexts.push(context);
  const page = await context.newPage();
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error}`));
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const plug = () => devtools.send('WebAuthn.addVirtualAuthenticator', { options: { ...AUTHENTICATOR, ...options } });
  const { authenticatorId } = await plug();
  await page.goto(`${lab.relay}/console/`);
  /** Another authenticator in its place, as on another machine. */
  const swap = async () => {
    await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    await plug();
  };
  return { page, swap };
}

async function unlock(page) {
  await page.getByLabel('Passphrase').fill(lab.passphrase);
  await page.getByRole('button', { name: 'Unlock' }).click();
}

const opened = (page) => page.getByRole('button', { name: 'Log verified' }).waitFor();

/** Opens with the file, and has it remembered. */
async function remember(page, passkey) {
  await page.getByLabel('Credential file').setInputFiles(lab.coordinator);
  await page.getByLabel('Remember this file on this machine').check();
  if (passkey) await page.getByLabel('only with a passkey').check();
  await unlock(page);
}

const records = async (page) => JSON.stringify((await databases(page)).anteroom.kept);

test('a remembered file opens with its passphrase, and needs no choosing', async () => {
  const { page } = await newPage();
  await remember(page, false);
  await opened(page);
  await page.reload();
  await page.getByRole('button', { name: PERSON, exact: true, pressed: true }).waitFor();
  await unlock(page);
  await opened(page);
  assert.ok((await records(page)).includes((await readFile(lab.coordinator, 'utf8')).trim()), 'as it is: encrypted under the passphrase');
});

test('with a passkey, profile and passphrase together do not open it', async () => {
  const { page, swap } = await newPage();
  await remember(page, true);
  await opened(page);
  await page.reload();
  const person = page.getByRole('button', { name: `${PERSON} · with a passkey`, exact: true, pressed: true });
  await person.waitFor();
  await unlock(page);
  await opened(page);
  const kept = await records(page);
  const file = (await readFile(lab.coordinator, 'utf8')).trim();
  for (const part of file.split('.')) assert.ok(!kept.includes(part), 'nothing of the file is there in clear');
  await swap();
  await page.reload();
  await person.waitFor();
  await unlock(page);
  await page.getByText('No passkey answered').waitFor();
  // The way back: the file itself, with its passphrase.
  await page.getByLabel('Credential file').setInputFiles(lab.coordinator);
  await unlock(page);
  await opened(page);
});

test('another authenticator does not stand in for it, and the passkey does not for the passphrase', async () => {
  const { page } = await newPage();
  await remember(page, true);
  await opened(page);
  await page.reload();
  await page.getByLabel('Passphrase').fill('not the passphrase');
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByText('The passphrase does not open this file.').waitFor();
  // The same passkey, as far as its id goes, with another secret.
  await page.evaluate(() => {
    const get = CredentialsContainer.prototype.get;
    CredentialsContainer.prototype.get = async function (options) {
      options.publicKey.extensions.prf.eval.first = new Uint8Array(32);
      return get.call(this, options);
    };
  });
  await unlock(page);
  await page.getByText('No passkey answered').waitFor();
});

test('an authenticator without a secret is refused, and nothing is remembered', async () => {
  const { page } = await newPage({ hasPrf: false });
  await remember(page, true);
  await page.getByText('No passkey answered, or it gives no secret.').waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Unlock the console' }).waitFor();
  assert.equal(await records(page), '{}');
  assert.equal(await page.getByText('Remembered on this machine').count(), 0);
});

test('the machine forgets it', async () => {
  const { page } = await newPage();
  await remember(page, true);
  await opened(page);
  await page.reload();
  await page.getByRole('button', { name: 'Forget this machine' }).click();
  await page.getByText('Remembered on this machine').waitFor({ state: 'detached' });
  assert.equal(await records(page), '{}');
});
