// The console in Spanish: a day's work from unlocking to the outcome of a call, and the choice of a language.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { openLab } from './lab.mjs';

let lab;
before(async () => {
  lab = await openLab();
  await lab.anteroom('demo', 'seed', '--count', '12', '--credential', lab.owner);
});
after(() => lab?.close());

const fetched = () => lab.exchanges.filter(({ url }) => url.endsWith('/words.es.json')).length;
const spoken = (page) => page.evaluate(() => document.documentElement.lang);

/** Frequent English words in what the console itself says; what people wrote stands in `bdi`, `mark` and quotations. */
const english = (page) => page.evaluate(() => {
  const copy = document.body.cloneNode(true);
  copy.querySelectorAll('bdi, mark, blockquote, select.facet, .guide-text').forEach((element) => element.remove());
  const texts = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) found.push(...(texts.currentNode.data.match(/\b(the|and|of|Score|Stage|Received|Service|left|late|Call|Note)\b/g) ?? []));
  return found;
});

async function opened(options) {
  const page = await (await lab.browser.newContext(options)).newPage();
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error}`));
  await page.goto(`${lab.relay}/console/`);
  return page;
}

async function unlock(page, [file, passphrase, unlock, checked]) {
  await page.getByLabel(file).setInputFiles(lab.owner);
  await page.getByLabel(passphrase).fill(lab.passphrase);
  await page.getByRole('button', { name: unlock }).click();
  await page.getByRole('button', { name: checked }).waitFor();
}
const SPANISH = ['Archivo de credencial', 'Frase de acceso', 'Desbloquear', 'Registro verificado'];

for (const width of [1280, 390]) {
  test(`the day, a lead and a call in Spanish, ${width} px`, async () => {
    const page = await opened({ locale: 'es-MX', viewport: { width, height: 844 } });
    const check = async (state) => {
      await assertAccessible(page, `${state}, ${width} px`, {});
      assert.deepEqual(await english(page), [], state);
    };
    await page.getByRole('heading', { name: 'Desbloquear la consola' }).waitFor();
    assert.equal(await spoken(page), 'es');
    await check('unlock');
    await unlock(page, SPANISH);
    await page.getByRole('button', { name: /^Por llamar/ }).waitFor();
    await check('today');
    await page.keyboard.press('n');
    await page.getByText('Usted lleva este caso.').waitFor();
    await check('lead');
    await page.getByRole('button', { name: 'Llamar con la guía' }).click();
    await page.getByRole('heading', { name: 'Guía' }).waitFor();
    await check('call');
    await page.getByRole('button', { name: 'No contestó' }).click();
    await page.getByRole('button', { name: 'Llamar en 2 horas' }).click();
    await page.getByText('Llamada: No contestó').first().waitFor();
    await page.getByText('Llamada prevista').first().waitFor();
    await page.keyboard.press('p');
    await page.getByRole('heading', { level: 1, name: 'Proceso' }).waitFor();
    await check('pipeline');
    await page.context().close();
  });
}

test('a language is chosen, spoken at once and remembered; English fetches no words', async () => {
  const before = fetched();
  const page = await opened({ locale: 'en-US', viewport: { width: 1280, height: 844 } });
  await page.getByRole('heading', { name: 'Unlock the console' }).waitFor();
  assert.deepEqual([await spoken(page), fetched()], ['en', before]);
  await page.getByLabel('Language').selectOption('es');
  await page.getByRole('heading', { name: 'Desbloquear la consola' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'language', 'the keyboard is where it was');
  await page.reload();
  await page.getByRole('heading', { name: 'Desbloquear la consola' }).waitFor();
  await unlock(page, SPANISH);
  await page.getByLabel('Idioma').selectOption('en');
  await page.getByRole('button', { name: 'Log verified' }).waitFor();
  assert.equal(await spoken(page), 'en');
  await page.context().close();
});

test('why an entry is refused, and what does not fit the form, is said in Spanish too', async () => {
  const submitted = lab.exchanges.find(({ method, url }) => method === 'POST' && url.endsWith('/inquiries'));
  const parts = String(submitted.requestBody).split('.');
  const header = JSON.parse(Buffer.from(parts[0], 'base64url'));
  const random = () => randomBytes(16).toString('base64url');
  parts[0] = Buffer.from(JSON.stringify({ ...header, entry: random(), thread: random() })).toString('base64url');
  await fetch(`${lab.relay}${submitted.url}`, { method: 'POST', headers: { 'content-type': 'application/jose' }, body: parts.join('.') });
  const answers = { contact: { name: 'Paula Prueba', email: 'ninguno', prefer: 'email' }, service: 'knee-replacement', needs: 'rodilla' };
  const file = path.join(lab.directory, 'misfit.json');
  await writeFile(file, JSON.stringify(Array.from({ length: 13 }, () => ({ lang: 'es', answers, visits: [] }))));
  await lab.anteroom('demo', 'seed', '--count', '13', '--file', file, '--credential', lab.owner);
  const page = await opened({ locale: 'es-MX', viewport: { width: 1280, height: 844 } });
  await unlock(page, SPANISH);
  await page.getByRole('button', { name: '1 rechazadas' }).click();
  await page.getByText('Alterada, o nunca sellada correctamente.').waitFor();
  assert.deepEqual(await english(page), []);
  await page.locator('.row', { hasText: 'Paula Prueba' }).click();
  await page.getByText('no es una dirección de correo electrónico').waitFor();
  await page.context().close();
});

test('words that cannot be had leave the console in English', async () => {
  lab.tamper = (answer) => (answer.url.endsWith('/words.es.json') ? { ...answer, status: 500, body: '' } : answer);
  const page = await opened({ locale: 'es-MX' });
  await page.getByRole('heading', { name: 'Unlock the console' }).waitFor();
  assert.equal(await spoken(page), 'en');
  lab.tamper = (answer) => answer;
  await page.context().close();
});
