// Takes the README's pictures: `node tests/screenshots.mjs`, after `cargo xtask build`. With a folder as
// argument it takes every screen at 390 and 1280 px, light and dark, into that folder, to be looked at.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fillForm, openForm } from './e2e/form.mjs';
import { openLab } from './e2e/lab.mjs';

const images = path.resolve(import.meta.dirname, '../docs/images');
const lab = await openLab();
try {
  await lab.anteroom('demo', 'seed', '--count', '40', '--credential', lab.owner);
  const folder = process.argv[2];
  if (folder) await everything(path.resolve(folder));
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

async function everything(folder) {
  await mkdir(folder, { recursive: true });
  for (const width of [390, 1280]) {
    for (const scheme of ['light', 'dark']) {
      const shot = async (page, name) => {
        await page.waitForTimeout(300);
        await page.screenshot({ path: path.join(folder, `${name}-${width}-${scheme}.png`), fullPage: true });
      };
      const patient = await open(width, scheme);
      const frame = await contactPage(patient);
      await shot(patient, 'form-1');
      await frame.getByLabel('Tell us a little about it').fill('I have chest pain and can’t breathe');
      await patient.waitForTimeout(600);
      await shot(patient, 'form-emergency');
      await frame.getByRole('button', { name: 'Continue' }).click();
      await shot(patient, 'form-problem');
      await fillForm(frame);
      await shot(patient, 'form-review');
      await frame.getByRole('button', { name: 'Send securely' }).click();
      await frame.getByText('has safely reached').waitFor();
      await shot(patient, 'form-sent');
      const staff = await open(width, scheme);
      await staff.goto(`${lab.relay}/console/`);
      await staff.getByLabel('Passphrase').waitFor();
      await shot(staff, 'console-unlock');
      await unlock(staff);
      await shot(staff, 'console-list');
      await openFirstLead(staff);
      await shot(staff, 'console-lead');
      for (const [key, name] of [['g', 'call'], ['t', 'take'], ['r', 'reports']]) {
        await staff.keyboard.press(key);
        await shot(staff, `console-${name}`);
      }
    }
  }
}

async function open(width, colorScheme) {
  const context = await lab.browser.newContext({ viewport: { width, height: 844 }, colorScheme, deviceScaleFactor: 2 });
  return context.newPage();
}

async function contactPage(page) {
  await lab.serveExampleSite();
  return openForm(page, `${lab.site}/contact`);
}

async function unlock(page) {
  await page.goto(`${lab.relay}/console/`);
  await page.locator('input[type=file]').setInputFiles(lab.coordinator);
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

