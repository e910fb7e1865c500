// The form's editor: an owner changes what patients are asked, sees it in the real form, and takes the manifest to the
// command line, which alone has the root key.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { databases } from './databases.mjs';
import { byKeyboard, fillForm, openForm } from './form.mjs';
import { openLab } from './lab.mjs';

let lab;
before(async () => {
  lab = await openLab();
});
after(() => lab?.close());

async function unlocked(credential, options = {}) {
  const page = await (await lab.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage();
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error}`));
  await unlock(page, credential);
  return page;
}

async function unlock(page, credential) {
  await page.goto(`${lab.relay}/console/`);
  await enter(page, credential);
}

async function enter(page, credential) {
  await page.locator('input[type=file]').setInputFiles(credential);
  await page.locator('input[type=password]').fill(lab.passphrase);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^(Log verified|Registro verificado)$/ }).waitFor();
}

async function editor(options) {
  const page = await unlocked(lab.owner, options);
  await toForm(page);
  return page;
}

async function toForm(page) {
  await page.getByRole('button', { name: /^(Practice|Consultorio)$/ }).click();
  await page.getByRole('button', { name: /^(Form|Formulario)$/ }).click();
  await page.locator('#draft-title').waitFor();
}

const form = (page) => page.frameLocator('.preview-host iframe:not(.waiting)');
const state = (page, words) => page.locator('#draft-title').filter({ hasText: words }).waitFor();
const part = (page, name) => page.locator('.form-parts').getByRole('button', { name }).click();

/** By keyboard: right after a scroll Chromium may still send a click to the preview's frame, which is a process of its own. */
async function discard(page) {
  await page.getByRole('button', { name: 'Discard the draft' }).press('Enter');
  await state(page, 'As it is in force');
}

const focused = (page, id) => page.waitForFunction((wanted) => document.activeElement?.id === wanted, id);

test('the preview sends nothing, and its frame is as sealed as on a website', async () => {
  const page = await editor();
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await part(page, 'Name and phone');
  await page.getByLabel('Name, as patients know it').fill('Preview Orthopedics');
  await form(page).getByText('Preview Orthopedics').first().waitFor();
  const frame = page.frames().find((one) => one.url() === 'about:srcdoc');
  await fillForm(frame);
  await frame.getByRole('button', { name: 'Send securely' }).click();
  await frame.getByText('has safely reached').waitFor();
  const ours = new URL(lab.relay).origin;
  assert.deepEqual(asked.filter((url) => new URL(url).origin !== ours && !url.startsWith('about:')), []);
  assert.deepEqual(asked.filter((url) => url.includes('/inquiries')), []);
  assert.equal(await page.locator('.preview-host iframe').evaluate((one) => one.contentDocument), null);
  const tries = await frame.evaluate(async (address) => {
    const refused = async (what) => { try { await what(); return 'went through'; } catch { return 'refused'; } };
    return [
      await refused(() => fetch(address)),
      await refused(() => localStorage.length),
      await refused(() => parent.document.body),
      await refused(() => new Promise((done, fail) => { const image = new Image(); image.onload = done; image.onerror = fail; image.src = `${address}icon.svg`; })),
    ];
  }, `${lab.relay}/console/`);
  assert.deepEqual(tries, ['refused', 'refused', 'refused', 'refused']);
  await page.close();
});

test('the page lets no other document become a frame', async () => {
  const page = await editor();
  await form(page).getByRole('heading').first().waitFor();
  const tries = await page.evaluate(async () => {
    const refused = (what) => { try { return what(); } catch { return 'refused'; } };
    const frame = document.createElement('iframe');
    const plain = refused(() => { frame.srcdoc = '<p>other</p>'; return 'taken'; });
    const policy = refused(() => { trustedTypes.createPolicy('anteroom-preview', { createHTML: (text) => text }); return 'made'; });
    const address = document.createElement('iframe');
    const blocked = new Promise((done) => addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
      if (effectiveDirective === 'frame-src') done('frame-src');
    }));
    address.src = 'icon.svg';
    document.body.append(address);
    return [plain, policy, await blocked];
  });
  assert.deepEqual(tries, ['refused', 'refused', 'frame-src']);
  await page.close();
});

test('a file that was downloaded is opened again; what is no manifest is refused', async () => {
  const page = await editor();
  const input = page.locator('.opener input');
  await input.setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"name":1}') });
  await page.getByText(/^This is not a manifest: invalid type/).waitFor();
  const current = JSON.parse(Buffer.from((await (await fetch(`${lab.relay}/v1/practices/lakeside-ortho/manifest`)).text()).split('.')[1], 'base64url'));
  const buffer = Buffer.from(JSON.stringify({ ...current.source, name: 'From a file' }));
  await input.setInputFiles({ name: 'manifest.json', mimeType: 'application/json', buffer });
  await form(page).getByText('From a file').first().waitFor();
  await page.getByRole('button', { name: 'Discard the draft' }).click();
  await state(page, 'As it is in force');
  await page.close();
});

test('in Spanish, by keyboard, on a phone', async () => {
  const page = await editor({ locale: 'es-MX', viewport: { width: 390, height: 844 } });
  await form(page).getByRole('heading', { name: '¿Cómo podemos ayudarle?' }).waitFor();
  await part(page, 'Horario');
  await page.getByLabel('Cerrado en estas fechas').fill('2026-02-30');
  await page.getByText('«2026-02-30» no es una fecha como 2026-12-25').last().waitFor();
  await assertAccessible(page, 'the editor on a phone', {});
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('2026-12-25');
  await state(page, 'Listo para publicarse');
  await page.close();
});

test('who is asked can be changed, and the form asks so at once', async () => {
  const page = await editor();
  await page.getByRole('button', { name: /^Phone number/ }).click();
  const depends = page.getByLabel('It depends on an earlier answer');
  await depends.waitFor();
  const phone = form(page).getByLabel('Phone number');
  await form(page).getByLabel('Call me').waitFor();
  // It is asked of who wants a call or a text message.
  await phone.waitFor({ state: 'hidden' });
  await depends.selectOption({ label: 'No: everyone is asked' });
  await phone.waitFor();
  await depends.selectOption({ label: 'How would you like to hear from us?' });
  const group = page.getByRole('group', { name: /^Asked after one of these answers/ });
  await phone.waitFor({ state: 'hidden' });
  await group.getByLabel('An e-mail').check();
  await byKeyboard(form(page).getByLabel('E-mail me'));
  await phone.waitFor();
  await page.getByRole('group', { name: /^Only visitors whose answers so far/ }).getByLabel('Care-Ready').check();
  const refused = page.locator('.asked .field-error').filter({ hasText: 'a question for some tiers only' });
  await refused.waitFor();
  await assertAccessible(page, 'who is asked', {});
  await discard(page);
  await page.close();
});

test('addresses of the website are edited, and tried', async () => {
  const page = await editor();
  await part(page, 'Website');
  const tried = page.getByRole('status').filter({ hasText: '/recovery/week-1' });
  await page.getByLabel(/^Copy one from your browser/).fill('https://lakeside.example/recovery/week-1?from=mail');
  await tried.filter({ hasText: 'no kind of its own' }).waitFor();
  await page.getByLabel(/^A new address/).fill('/recovery/*');
  await page.keyboard.press('Enter');
  await page.getByLabel('Counts as', { exact: true }).last().selectOption({ label: 'Guide' });
  await tried.filter({ hasText: 'Guide, by /recovery/*' }).waitFor();
  await page.getByLabel('Address', { exact: true }).last().fill('recovery');
  await page.getByText('must begin with / or *: it is a path on your website').last().waitFor();
  await assertAccessible(page, 'addresses of the website', {});
  // From the list of what is wrong to the very field.
  await part(page, 'Hours');
  await page.locator('.trouble').getByRole('button', { name: 'Website' }).click();
  await focused(page, 'pages[6].pattern');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('/recovery/*');
  await state(page, 'Ready to be published');
  await discard(page);
  await page.close();
});

test('the keyboard stays with what it moves', async () => {
  const page = await editor();
  await page.getByRole('button', { name: 'Up: Your name' }).focus();
  // Over the end of its step, to the top of the form, and no further.
  for (const id of ['form.steps[0].fields[2]-up', 'form.steps[0].fields[1]-up', 'form.steps[0].fields[0]-up', 'form.steps[0].fields[0]-up']) {
    await page.keyboard.press('Enter');
    await focused(page, id);
    assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), 'Up: Your name');
  }
  await page.getByRole('button', { name: 'Down: Your name' }).focus();
  await page.keyboard.press('Enter');
  await focused(page, 'form.steps[0].fields[1]-down');
  await page.getByRole('button', { name: 'Take out: Your name' }).focus();
  await page.keyboard.press('Enter');
  await focused(page, 'form.steps[0].fields[1]-out');
  await discard(page);
  await page.close();
});

test('drafts outlive a lock, and nothing of them can be read meanwhile', async () => {
  const context = await lab.browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.clock.install();
  await unlock(page, lab.owner);
  await toForm(page);
  await part(page, 'Name and phone');
  await page.getByLabel('Name, as patients know it').fill('Zanzibar Orthopedics');
  await page.getByRole('button', { name: 'Scoring', exact: true }).click();
  await page.getByLabel(/^From points/).first().fill('59');
  await page.keyboard.press('Tab');
  await page.getByText('Changed: tiers').first().waitFor();
  // Ten minutes in which nobody does anything.
  await page.clock.runFor(11 * 60_000);
  await page.getByText('Locked after a while without use.').waitFor();
  const left = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.body.innerText, location.href]));
  const kept = await databases(page);
  const [[, draft]] = Object.entries(kept.anteroom.kept).filter(([name]) => name.startsWith('drafts.'));
  assert.ok(draft.sealed.length > 1_000, 'it is there');
  for (const secret of ['Zanzibar', 'consent', 'scoring', 'What are you looking for']) {
    assert.ok(!JSON.stringify(kept).includes(secret), `${secret} can be read`);
    assert.ok(!left.includes(secret), `${secret} can be read`);
  }
  await page.close();

  // The clock is the context's: the relay would not believe it.
  await context.clock.setSystemTime(Date.now());
  const again = await context.newPage();
  await unlock(again, lab.owner);
  await toForm(again);
  await state(again, 'Ready to be published');
  await part(again, 'Name and phone');
  assert.equal(await again.getByLabel('Name, as patients know it').inputValue(), 'Zanzibar Orthopedics');
  const [file] = await Promise.all([again.waitForEvent('download'), again.getByRole('button', { name: 'Download to publish' }).click()]);
  const { name, scoring } = JSON.parse(await readFile(await file.path(), 'utf8'));
  assert.deepEqual([name, scoring.tiers[0].at_least], ['Zanzibar Orthopedics', 59]);
  // The last letter counts, however soon the lock comes.
  await again.getByLabel('Name, as patients know it').fill('Zanzibar Orthopedics and more');
  await again.getByRole('button', { name: 'Lock', exact: true }).click();
  await again.getByText('Locked.').waitFor();
  await enter(again, lab.owner);
  await toForm(again);
  await part(again, 'Name and phone');
  assert.equal(await again.getByLabel('Name, as patients know it').inputValue(), 'Zanzibar Orthopedics and more');
  // A colleague at the same machine has drafts of their own.
  const other = await context.newPage();
  await unlock(other, lab.coordinator);
  await other.getByRole('button', { name: 'Practice', exact: true }).click();
  await other.getByRole('button', { name: 'Scoring', exact: true }).click();
  await other.getByText('Change a number, and see here').waitFor();
  await other.close();
  // What is discarded is gone.
  await again.getByRole('button', { name: 'Discard the draft' }).click();
  await again.getByRole('button', { name: 'Scoring', exact: true }).click();
  await again.getByRole('button', { name: 'Discard the draft' }).click();
  await again.waitForFunction(() => new Promise((done) => {
    indexedDB.open('anteroom').onsuccess = ({ target: { result: database } }) => {
      database.transaction('kept').objectStore('kept').getAllKeys().onsuccess = ({ target: { result: names } }) => {
        database.close();
        done(!names.some((one) => one.startsWith('drafts.')));
      };
    };
  }));
  await context.close();
});

test('the rules of the practice are shown as they are, with the way to change them', async () => {
  const page = await unlocked(lab.owner);
  await page.getByRole('button', { name: 'Practice', exact: true }).click();
  await page.getByRole('button', { name: 'Rules', exact: true }).click();
  await page.getByText('What is in a lead is kept until an owner erases it.').waitFor();
  await page.getByText('anteroom staff retain --days 730 --dir keys').waitFor();
  await page.getByText('Follow-up sequence “').first().waitFor();
  await assertAccessible(page, 'the rules', {});
  await page.getByRole('region', { name: 'When somebody answers the phone' }).getByRole('button', { name: 'Go there' }).click();
  await state(page, 'As it is in force');
  await page.close();
  const other = await unlocked(lab.coordinator);
  await other.getByRole('button', { name: 'Practice', exact: true }).click();
  await other.getByRole('button', { name: 'Rules', exact: true }).click();
  await other.getByText('An owner changes this.').first().waitFor();
  assert.equal(await other.getByText('anteroom staff').count(), 0);
  await other.close();
});

test('who is no owner edits nothing', async () => {
  const page = await unlocked(lab.coordinator);
  await page.getByRole('button', { name: 'Practice', exact: true }).click();
  await page.getByRole('button', { name: 'Scoring', exact: true }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Form', exact: true }).count(), 0);
  await page.close();
});

test('what is changed is seen in the form, and is on the website once it is published', async () => {
  const page = await editor();
  await form(page).getByRole('heading', { name: 'How can we help?' }).waitFor();
  await assertAccessible(page, 'the editor', {});
  await page.getByRole('button', { name: /^What are you looking for\?/ }).click();
  await page.getByLabel('Question (English)').fill('What brings you here?');
  await form(page).getByLabel('What brings you here?').waitFor();
  await page.getByRole('button', { name: 'Take out: Did a physician refer you?' }).click();
  await part(page, 'Services');
  await page.getByLabel('A new service').fill('Shockwave therapy');
  await page.keyboard.press('Enter');
  await state(page, '1 thing to put right');
  const download = page.getByRole('button', { name: 'Download to publish' });
  assert.ok(await download.isDisabled(), 'a text is missing');
  await page.getByRole('button', { name: 'Shockwave therapy', exact: true }).click();
  const missing = page.getByLabel('Name (Español)').last();
  assert.equal(await missing.getAttribute('aria-invalid'), 'true');
  await page.getByText('no text in "es", one of the manifest\'s languages').last().waitFor();
  await missing.fill('Ondas de choque');
  await state(page, 'Ready to be published');
  const [file] = await Promise.all([page.waitForEvent('download'), download.click()]);
  const manifest = path.join(lab.directory, 'manifest.json');
  await file.saveAs(manifest);
  assert.match(await lab.anteroom('manifest', 'check', manifest), /no mistakes found/);
  assert.ok(JSON.parse(await readFile(manifest, 'utf8')).services.some(({ id }) => id === 'shockwave-therapy'));
  await lab.anteroom('manifest', 'publish', manifest, '--dir', lab.practice);
  const patient = await lab.browser.newPage();
  const frame = await openForm(patient, lab.plainPage());
  await frame.getByLabel('What brings you here?').selectOption('shockwave-therapy');
  await patient.close();
  await page.close();
});
