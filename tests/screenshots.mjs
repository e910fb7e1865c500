// Takes the README's pictures: `node tests/screenshots.mjs`, after `cargo xtask build`. With a folder as
// argument it takes every screen at 390 and 1280 px, light and dark, into that folder, to be looked at; with `form`,
// `console`, `practice` (its editor and rules), `publishing`, `training` or `setup` after it, those of the one alone, and with `es` after
// that all but the form in Spanish.

import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { openDesk } from './e2e/desk.mjs';
import { fillForm, openForm, shownForm } from './e2e/form.mjs';
import { openLab, programs, root } from './e2e/lab.mjs';
import { startSetup } from './e2e/setup.mjs';

const images = path.resolve(import.meta.dirname, '../docs/images');
const language = process.argv[4] ?? 'en';
/** Texts of the console in the language that is photographed. */
const words = language === 'es' ? JSON.parse(await readFile(path.resolve(import.meta.dirname, '../console/static/words.es.json'), 'utf8')) : {};
const t = (text) => words[text] ?? text;
/** The same of the setup's page. */
const { es } = await import(path.join(root, 'desk/src/commands/setup/page/es.js'));
const s = (text) => (language === 'es' ? es[text] : text);
const button = (page, text) => page.getByRole('button', { name: t(text), exact: true });

let phones = 1000;
const lab = await openLab();
try {
  await lab.anteroom('demo', 'seed', '--count', '40', '--credential', lab.owner);
  const folder = process.argv[2];
  if (folder) await everything(path.resolve(folder), process.argv[3]);
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

async function everything(folder, only) {
  await mkdir(folder, { recursive: true });
  const bare = await openLab();
  for (const width of [390, 1280]) {
    for (const scheme of ['light', 'dark']) {
      const shot = async (page, name) => {
        await page.waitForTimeout(300);
        await page.screenshot({ path: path.join(folder, `${name}-${width}-${scheme}.png`), fullPage: true });
      };
      const tall = (page, name) => whole(page, () => shot(page, name));
      const staff = await open(width, scheme);
      if (!only || only === 'form') await form(width, scheme, shot);
      if (!only || only === 'console') {
        await consoleScreens(staff, tall);
        await emptyScreens(staff, bare, shot);
      }
      if (!only || only === 'practice') await practiceScreens(staff, tall);
      if (!only || only === 'publishing') {
        const desk = await openDesk(lab);
        await publishingScreens(staff, desk, tall);
        desk.stop();
      }
      if (!only || only === 'training') await trainingScreens(staff, tall);
      await staff.context().close();
    }
  }
  // Keys take their time: once, looked at in every way.
  if (!only || only === 'setup') await setupScreens(folder);
  await bare.close();
}

/** Owner's pages: the form's editor in its parts, the rules. */
async function practiceScreens(staff, shot) {
  await unlock(staff, lab.owner);
  await button(staff, 'Practice').click();
  await button(staff, 'Rules').click();
  await shot(staff, 'practice-rules');
  await button(staff, 'Call guides').click();
  await staff.locator('#guide-words').waitFor();
  await shot(staff, 'practice-guides');
  await button(staff, 'Follow-up').click();
  await staff.locator('.sequences .link').nth(2).click();
  await staff.locator('.letter').first().waitFor();
  await shot(staff, 'practice-follow-up');
  await button(staff, 'Form').click();
  await staff.locator('.preview-host[data-state=ready]').waitFor();
  await shot(staff, 'practice-form');
  const question = language === 'es' ? 'Número de teléfono' : 'Phone number';
  await staff.locator('.item-name').filter({ hasText: question }).first().click();
  await staff.locator('.asked').waitFor();
  await shot(staff, 'practice-form-question');
  for (const [at, name] of ['Services', 'Name and phone', 'Hours', 'Texts', 'Urgent words', 'Website'].entries()) {
    await button(staff.locator('.form-parts'), name).click();
    await shot(staff, `practice-form-${at + 1}`);
  }
  await staff.locator('[id="pages[0].pattern"]').fill('prices');
  await staff.locator('.trouble li').waitFor();
  await shot(staff, 'practice-form-wrong');
  await button(staff, 'Discard the draft').click();
}

/** Publishing with the root key, where the practice's own computer serves the page, and where it does not. */
async function publishingScreens(staff, desk, shot) {
  for (const own of [false, true]) {
    await unlock(staff, lab.owner, own ? { relay: new URL(desk.address).origin, passphrase: lab.passphrase } : lab);
    await button(staff, 'Practice').click();
    await button(staff, 'Form').click();
    await button(staff.locator('.form-parts'), 'Name and phone').click();
    await staff.locator('[id="phone"]').fill(`+1 555 ${phones += 1}`);
    await staff.locator('.publishing').waitFor();
    await shot(staff, own ? 'publishing-1' : 'publishing-relay');
    if (own) break;
    await button(staff, 'Discard the draft').click();
    await button(staff, 'Scoring').click();
    await staff.locator('.number').first().fill('7');
    await staff.keyboard.press('Tab');
    await shot(staff, 'publishing-relay-scoring');
    await button(staff, 'Discard the draft').click();
  }
  await button(staff, 'Publish…').click();
  await staff.locator('#root-file').setInputFiles(path.join(lab.practice, 'root.key'));
  await staff.locator('#root-passphrase').fill('not this one');
  await shot(staff, 'publishing-2');
  await button(staff, 'Publish now').click();
  await staff.locator('.root-key .trouble').waitFor();
  await shot(staff, 'publishing-3-wrong');
  await staff.locator('#root-passphrase').fill(lab.passphrase);
  await button(staff, 'Publish now').click();
  await staff.locator('#publish-done').waitFor();
  await shot(staff, 'publishing-4-done');
  await button(staff, 'Scoring').click();
  await staff.locator('.number').first().fill(String(phones % 90));
  await staff.keyboard.press('Tab');
  await button(staff, 'Publish…').click();
  await shot(staff, 'publishing-scoring');
}
/** Practising: before, at work, and what it has shown. */
async function trainingScreens(staff, shot) {
  await unlock(staff, lab.owner);
  await button(staff, 'Practice').click();
  await button(staff, 'Training').click();
  await shot(staff, 'training-start');
  await button(staff, 'Practise with made-up people').click();
  await staff.locator('.training').first().waitFor();
  await shot(staff, 'training-queue');
  await staff.keyboard.press('n');
  await staff.locator('.page h1').waitFor();
  await staff.keyboard.press('g');
  await staff.locator('.stage-tab').nth(2).click();
  await shot(staff, 'training-call');
  await button(staff, 'No answer').click();
  await staff.keyboard.press('r');
  await staff.locator('.feedback').first().waitFor();
  await shot(staff, 'training-feedback');
}

/** `anteroom setup`, from step to step; each step at both widths, light and dark. */
async function setupScreens(folder) {
  const run = await startSetup(lab, await mkdtemp(path.join(lab.directory, 'setup-')));
  const page = await open(1280, 'light');
  await page.goto(run.link);
  const press = (name) => page.getByRole('button', { name: s(name), exact: true }).click();
  const fill = (name, text) => page.getByLabel(s(name), { exact: true }).first().fill(text);
  const step = async (heading, name) => {
    await page.getByRole('heading', { level: 1, name: s(heading) }).waitFor();
    await shown(name);
  };
  const shown = async (name) => {
    for (const width of [390, 1280]) {
      for (const colorScheme of ['light', 'dark']) {
        await page.setViewportSize({ width, height: 844 });
        await page.emulateMedia({ colorScheme });
        await page.waitForTimeout(300);
        await page.screenshot({ path: path.join(folder, `setup-${name}-${width}-${colorScheme}.png`), fullPage: true });
      }
    }
  };
  await step('Your practice', '1-facts');
  await fill('Name of the practice', 'Example Family Practice');
  await page.locator('#phone').fill('12');
  await page.locator('#practice').fill('example-family');
  await page.locator('#owner').fill('ana-example');
  await press('Go on');
  await page.locator('.wrong:not(:empty)').waitFor();
  await shown('1-facts-wrong');
  await page.locator('#phone').fill('+1 555 0142');
  await press('Go on');
  await step('Keys', '2-keys');
  for (const [id, text] of [['root', 'the root key has these words'], ['owner', 'the owner has some other words']]) {
    for (const field of [id, `${id}-again`]) await page.locator(`#${field}`).fill(text);
  }
  await press('Make the keys');
  await page.locator('.words').waitFor({ timeout: 120_000 });
  const made = (await page.locator('.words li').allTextContents()).join('-');
  await shown('3-kit');
  await press('I have it on paper');
  await step('Recovery kit', '3-kit-typed');
  await page.locator('#words').fill(made);
  await press('Try the kit');
  await step('Go live', '4-live');
  await page.locator('#invite').fill('no invite');
  await press('Go live');
  await page.locator('.wrong:not(:empty)').waitFor();
  await shown('4-live-wrong');
  const invite = execFileSync(path.join(programs, 'anteroom-relay'), ['invite', '--data', lab.database], { encoding: 'utf8' }).trim();
  await page.locator('#invite').fill(invite);
  await press('Go live');
  await step('Who works here', '5-people');
  await press('Invite a colleague');
  await shown('5-people-invite');
  await page.locator('#name').fill('sam-example');
  await page.locator('#root').fill('the root key has these words');
  await press('Make their credential');
  await page.locator('.sheet').waitFor({ timeout: 120_000 });
  await shown('5-people-made');
  await press('Done');
  await page.getByRole('button', { name: `${s('Remove')}: sam-example` }).click();
  await shown('5-people-remove');
  await press('Cancel');
  await press('Go on');
  await step('Your form', '6-form');
  const signed = await (await fetch(`${lab.relay}/v1/practices/example-family/manifest`)).text();
  const { source } = JSON.parse(Buffer.from(signed.split('.')[1], 'base64url'));
  const choose = (changes) => page.locator('#file').setInputFiles({ name: 'manifest.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ ...source, ...changes })) });
  await choose({ name: '', phone: '12' });
  await page.locator('#mistakes').waitFor();
  await shown('6-form-wrong');
  await choose({ name: 'Example Family Medicine', services: source.services.slice(1) });
  await page.locator('table').waitFor();
  await shown('6-form-comes');
  await press('Go on');
  await step('Your website', '7-website');
  await press('Recovery kit');
  await step('Recovery kit', '8-recovery');
  await page.context().close();
  run.child.kill();
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
  await staff.getByLabel(t('Passphrase')).waitFor();
  await shot(staff, 'console-unlock');
  await unlock(staff, lab.owner);
  await shot(staff, 'console-list');
  await staff.keyboard.press('?');
  await shot(staff, 'console-shortcuts');
  await staff.keyboard.press('Escape');
  await openFirstLead(staff);
  await shot(staff, 'console-lead');
  for (const summary of await staff.locator('.lead details > summary').all()) await summary.click();
  await shot(staff, 'console-lead-opened');
  await staff.keyboard.press('g');
  await shot(staff, 'console-call');
  await staff.locator('.stage-tab').nth(2).click();
  await button(staff, 'No answer').click();
  await shot(staff, 'console-call-after');
  for (const [key, name] of [['t', 'take'], ['r', 'reports']]) {
    await staff.keyboard.press(key);
    await shot(staff, `console-${name}`);
  }
  await button(staff, 'Pipeline').click();
  await shot(staff, 'console-table');
  await staff.keyboard.press('x');
  await staff.getByRole('combobox', { name: t('Stage'), exact: true }).selectOption({ index: 1 });
  await button(staff, 'Keep this view').click();
  await staff.getByLabel(t('Tick all leads')).check();
  await staff.getByText(t('Close…'), { exact: true }).click();
  await shot(staff, 'console-table-ticked');
  await staff.getByLabel(t('Search leads')).fill('no such lead');
  await shot(staff, 'console-table-none');
  await button(staff, 'Clear').click();
  await button(staff, 'Board').click();
  await shot(staff, 'console-board');
  await button(staff, 'Practice').click();
  await shot(staff, 'console-staff');
  await button(staff, 'Scoring').click();
  await staff.getByLabel(new RegExp(`^${t('From points')}`)).first().fill('50');
  await staff.keyboard.press('Tab');
  await shot(staff, 'console-scoring');
  await button(staff, 'Access log').click();
  await staff.locator('.plain-table').waitFor();
  await shot(staff, 'console-access');
  await button(staff, 'Today').click();
  await button(staff, 'Log verified').click();
  await shot(staff, 'console-log');
}

/** A practice that nobody has written to yet. */
async function emptyScreens(staff, bare, shot) {
  await staff.goto(`${bare.relay}/console/`);
  await unlock(staff, bare.owner, bare);
  await shot(staff, 'console-list-empty');
  await staff.keyboard.press('r');
  await shot(staff, 'console-reports-empty');
  await staff.keyboard.press('p');
  await shot(staff, 'console-table-empty');
}

/** With a window as tall as what scrolls within it, so that all of it is in the picture. */
async function whole(page, shot) {
  const { width, height } = page.viewportSize();
  const taller = await page.evaluate(() => {
    const panes = [...document.querySelectorAll('.page, .rows')];
    return Math.max(0, ...panes.map((pane) => pane.scrollHeight - pane.clientHeight));
  });
  await page.setViewportSize({ width, height: Math.min(height + taller, 4_000) });
  await shot();
  await page.setViewportSize({ width, height });
}

async function open(width, colorScheme, height = 844) {
  const locale = language === 'es' ? 'es-US' : 'en-US';
  const context = await lab.browser.newContext({ viewport: { width, height }, colorScheme, locale, deviceScaleFactor: 2 });
  return context.newPage();
}

async function contactPage(page) {
  await lab.serveExampleSite();
  return openForm(page, `${lab.site}/contact`);
}

async function unlock(page, credential = lab.coordinator, of = lab) {
  await page.goto(`${of.relay}/console/`);
  await page.locator('input[type=file]').setInputFiles(credential);
  await page.getByLabel(t('Passphrase')).fill(of.passphrase);
  await button(page, 'Unlock').click();
  await button(page, 'Log verified').waitFor();
}

async function openFirstLead(page) {
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(500);
}

