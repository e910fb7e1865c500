// The form's editor: an owner changes what patients are asked, sees it in the real form, and takes the manifest to the
// command line, which alone has the root key.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { fillForm, openForm } from './form.mjs';
import { openLab } from './lab.mjs';

let lab;
before(async () => {
  lab = await openLab();
});
after(() => lab?.close());

async function unlocked(credential, options = {}) {
  const page = await (await lab.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage();
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error}`));
  await page.goto(`${lab.relay}/console/`);
  await page.locator('input[type=file]').setInputFiles(credential);
  await page.locator('input[type=password]').fill(lab.passphrase);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^(Log verified|Registro verificado)$/ }).waitFor();
  return page;
}

async function editor(options) {
  const page = await unlocked(lab.owner, options);
  await page.getByRole('button', { name: /^(Practice|Consultorio)$/ }).click();
  await page.getByRole('button', { name: /^(Form|Formulario)$/ }).click();
  return page;
}

const form = (page) => page.frameLocator('.preview-host iframe:not(.waiting)');
const state = (page, words) => page.locator('#draft-title').filter({ hasText: words }).waitFor();
const part = (page, name) => page.locator('.form-parts').getByRole('button', { name }).click();

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
