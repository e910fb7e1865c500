// Takes the README's pictures: `node tests/screenshots.mjs`, after `cargo xtask build`. With a folder as
// argument it takes every screen at 390 and 1280 px, light and dark, into that folder, to be looked at; with `form`
// after it, those of the form alone.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fillForm, openForm, shownForm } from './e2e/form.mjs';
import { openLab } from './e2e/lab.mjs';

const images = path.resolve(import.meta.dirname, '../docs/images');
const lab = await openLab();
try {
  await lab.anteroom('demo', 'seed', '--count', '40', '--credential', lab.owner);
  const folder = process.argv[2];
  if (folder) await everything(path.resolve(folder), process.argv[3] === 'form');
  else await readme();
} finally {
  await lab.close();
}

async function readme() {
  await mkdir(images, { recursive: true });
  const phone = await open(390, 'light');
  await contactPage(phone);
  await phone.evaluate(() => document.querySelector('[data-anteroom]').scrollIntoView());
  await phone.waitForTimeout(300);
  await phone.screenshot({ path: path.join(images, 'form-phone.png') });
  const desktop = await open(1280, 'light');
  await unlock(desktop);
  await openFirstLead(desktop);
  await desktop.screenshot({ path: path.join(images, 'console-desktop.png') });
}

async function everything(folder, formAlone) {
  await mkdir(folder, { recursive: true });
  for (const width of [390, 1280]) {
    for (const scheme of ['light', 'dark']) {
      const shot = async (page, name) => {
        await page.waitForTimeout(300);
        await page.screenshot({ path: path.join(folder, `${name}-${width}-${scheme}.png`), fullPage: true });
      };
      await form(width, scheme, shot);
      if (formAlone) continue;
      await consoleScreens(await open(width, scheme), shot);
    }
  }
}

/** The form in each of its states. */
async function form(width, scheme, shot) {
  // As tall as the form: of a frame in a process of its own, only what is in the window is drawn.
  const patient = await open(width, scheme, 1_800);
  lab.delay = ({ url }) => (url.endsWith('.wasm') ? 3_000 : 0);
  await lab.serveExampleSite();
  await patient.goto(`${lab.site}/contact`);
  await patient.waitForTimeout(1_000);
  await shot(patient, 'form-0-loading');
  const frame = await shownForm(patient);
  lab.delay = () => 0;
  await shot(patient, 'form-1');
  const needs = frame.getByLabel('Tell us a little about it');
  await needs.fill('I have chest pain and can’t breathe');
  await frame.getByRole('link', { name: 'Call 911' }).waitFor();
  await shot(patient, 'form-emergency-911');
  await needs.fill('I swallowed bleach and I want to die');
  await frame.getByRole('link', { name: 'Text 988' }).waitFor();
  await shot(patient, 'form-emergency-988');
  await frame.evaluate(() => { document.documentElement.dir = 'rtl'; });
  await shot(patient, 'form-rtl');
  await frame.evaluate(() => { document.documentElement.dir = 'ltr'; });
  await frame.getByRole('button', { name: 'Continue' }).click();
  await shot(patient, 'form-problem');
  await fillForm(frame);
  await shot(patient, 'form-review');
  for (const step of ['How do we reach you?', 'A few details, if you like', 'Almost done']) {
    await frame.getByRole('button', { name: `Change: ${step}` }).click();
    await frame.getByRole('heading', { name: step }).waitFor();
    await shot(patient, `form-step-${step.split(' ')[0].toLowerCase()}`);
    await frame.getByRole('button', { name: 'Review your answers' }).click();
  }
  lab.delay = () => 2_000;
  await frame.getByRole('button', { name: 'Send securely' }).click();
  await frame.getByRole('button', { name: 'Sending…' }).waitFor();
  await shot(patient, 'form-sending');
  await frame.getByText('has safely reached').waitFor();
  lab.delay = () => 0;
  await shot(patient, 'form-sent');
  await frame.getByRole('button', { name: 'Send another message' }).click();
  await fillForm(frame);
  await patient.context().setOffline(true);
  await frame.getByRole('button', { name: 'Send securely' }).click();
  await frame.getByText('You seem to be offline').waitFor();
  await shot(patient, 'form-offline');
  await patient.context().close();
  for (const mode of ['dialog', 'page', 'kiosk']) {
    const page = await open(width, scheme);
    await page.goto(await embedded(mode));
    if (mode === 'dialog') await page.evaluate(() => anteroom.open());
    await shownForm(page);
    await shot(page, `form-${mode}`);
    await page.context().close();
  }
  const page = await open(width, scheme);
  lab.tamper = (answer) => (answer.url.endsWith('.wasm') ? { ...answer, body: Buffer.from('changed') } : answer);
  await page.goto(`${lab.site}/contact`);
  await page.waitForTimeout(1_000);
  await shot(page, 'form-fallback');
  lab.tamper = (answer) => answer;
  await page.context().close();
}

/** The address of a page that shows the form in this way. */
function embedded(mode) {
  const snippet = lab.snippet.replace('<script', `<script data-mode="${mode}"`);
  return lab.page(mode, `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Contact</title><h1>Contact us</h1>${snippet}`);
}

async function consoleScreens(staff, shot) {
  await staff.goto(`${lab.relay}/console/`);
  await staff.getByLabel('Passphrase').waitFor();
  await shot(staff, 'console-unlock');
  await unlock(staff, lab.owner);
  await shot(staff, 'console-list');
  await openFirstLead(staff);
  await shot(staff, 'console-lead');
  for (const [key, name] of [['g', 'call'], ['t', 'take'], ['r', 'reports']]) {
    await staff.keyboard.press(key);
    await shot(staff, `console-${name}`);
  }
  await staff.getByRole('button', { name: 'Pipeline' }).click();
  await shot(staff, 'console-table');
  await staff.keyboard.press('x');
  await staff.getByRole('combobox', { name: 'Stage' }).selectOption({ index: 1 });
  await staff.getByRole('button', { name: 'Keep this view' }).click();
  await staff.getByLabel('Tick all leads').check();
  await shot(staff, 'console-table-ticked');
  await staff.getByRole('button', { name: 'Clear' }).click();
  await staff.getByRole('button', { name: 'Board' }).click();
  await shot(staff, 'console-board');
  await staff.getByRole('button', { name: 'Practice' }).click();
  await shot(staff, 'console-staff');
  await staff.getByRole('button', { name: 'Scoring' }).click();
  await staff.getByLabel(/^From points/).first().fill('50');
  await staff.keyboard.press('Tab');
  await shot(staff, 'console-scoring');
  await staff.getByRole('button', { name: 'Access log' }).click();
  await staff.getByText('records, each following').waitFor();
  await shot(staff, 'console-access');
}

async function open(width, colorScheme, height = 844) {
  const context = await lab.browser.newContext({ viewport: { width, height }, colorScheme, deviceScaleFactor: 2 });
  return context.newPage();
}

async function contactPage(page) {
  await lab.serveExampleSite();
  return openForm(page, `${lab.site}/contact`);
}

async function unlock(page, credential = lab.coordinator) {
  await page.goto(`${lab.relay}/console/`);
  await page.locator('input[type=file]').setInputFiles(credential);
  await page.getByLabel('Passphrase').fill(lab.passphrase);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByRole('listbox').or(page.getByRole('table')).or(page.getByRole('list')).first().waitFor();
  await page.waitForTimeout(1500);
}

async function openFirstLead(page) {
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(500);
}

