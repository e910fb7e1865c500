// Practising with people who do not exist: nothing of it leaves the browser, and the real queue is there as it was left.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { databases } from './databases.mjs';
import { openLab } from './lab.mjs';

let lab;
before(async () => { lab = await openLab(); });
after(() => lab?.close());

/** Real people write: `needs` of each. Ids follow from place in the file, so those who wrote before stand in it again. */
const written = [];
async function write(...needs) {
  for (const text of needs) {
    const contact = { name: `Real Sample ${written.length + 1}`, phone: '555-0150' };
    written.push({ lang: 'en', answers: { contact, service: 'knee-replacement', needs: text }, visits: [] });
  }
  const file = path.join(lab.directory, 'real.json');
  await writeFile(file, JSON.stringify(written));
  await lab.anteroom('demo', 'seed', '--count', String(written.length), '--file', file, '--credential', lab.owner);
}

async function opened(options) {
  const page = await (await lab.browser.newContext(options)).newPage();
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error}`));
  await page.goto(`${lab.relay}/console/`);
  await page.locator('input[type=file]').setInputFiles(lab.coordinator);
  await page.locator('#passphrase').fill(lab.passphrase);
  await page.locator('button[type=submit]').click();
  await page.locator('.chip.good').waitFor();
  return page;
}

const names = (page) => page.locator('.row-name').allInnerTexts();
const begin = async (page) => {
  await page.getByRole('button', { name: 'Practise with made-up people' }).click();
  await page.getByRole('region', { name: 'Training' }).waitFor();
};

test('two people are worked with by the keyboard; the relay gets nothing, and the real queue is as it was', async () => {
  const page = await opened();
  await page.getByText('No inquiries yet.').waitFor();
  await write('My knee hurts, can I book a visit?', 'Do you take my insurance?');
  await page.getByText('Real Sample 2').waitFor();
  const before = await names(page);
  await page.getByLabel('Search leads').fill('sample 1');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Practice' }).click();
  await page.getByRole('button', { name: 'Training', exact: true }).click();
  await begin(page);
  const from = lab.exchanges.length;
  const kept = JSON.stringify(await databases(page));
  assert.equal((await names(page))[0], 'Casey Example');
  assert.ok(!(await names(page)).some((name) => name.startsWith('Real')));

  const heading = page.getByRole('main', { name: 'Lead' }).getByRole('heading', { level: 1 });
  for (const [name, outcome] of [['Casey Example', 'Reached'], ['Avery Sample', 'No answer']]) {
    await page.keyboard.press('n');
    await heading.filter({ hasText: name }).waitFor();
    await page.getByText('You work on this lead.').waitFor();
    assert.equal(await page.getByRole('link', { name: /555-01/ }).count(), 0, 'nobody is to be called');
    await page.keyboard.press('g');
    await page.getByRole('heading', { name: 'Guide' }).waitFor();
    await page.getByLabel('Full name and date of birth match').focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: outcome, exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Call again tomorrow' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.getByText('Call planned').first().waitFor();
  }
  await page.locator('.row', { hasText: 'Luis Muestra' }).waitFor();
  await page.keyboard.press('r');
  await page.getByRole('heading', { level: 1, name: 'Feedback' }).waitFor();
  const casey = page.locator('.card', { hasText: 'Casey Example' });
  await casey.getByText('You took the emergency first.').waitFor();
  await casey.getByText('Asked and ticked: Identity.').waitFor();
  await casey.getByText('Left out: Contact').waitFor();
  await page.getByText('2 of 12').waitFor();

  await page.getByRole('region', { name: 'Training' }).getByRole('button', { name: 'End training' }).click();
  await page.getByRole('button', { name: 'Log verified' }).waitFor();
  assert.equal(await page.getByRole('region', { name: 'Training' }).count(), 0);
  await page.keyboard.press('d');
  assert.deepEqual(await names(page), before);
  const sent = lab.exchanges.slice(from).filter(({ requestBody, url }) => requestBody.length > 0 && !url.endsWith('/token'));
  assert.deepEqual(sent.map(({ method, url }) => `${method} ${url}`), [], 'nothing with a body went to the relay');
  assert.equal(JSON.stringify(await databases(page)), kept, 'and nothing is stored');
  await page.locator('.row').first().click();
  await page.getByRole('button', { name: 'Claim', exact: true }).click();
  await page.getByText('Claimed').first().waitFor();
  assert.ok(lab.exchanges.slice(from).some(({ method, url }) => method === 'POST' && url.endsWith('/entries')), 'real work does go there');
  assert.ok(!JSON.stringify(await page.evaluate(() => ({ ...localStorage }))).includes('Casey'));
  await page.context().close();
});

test('a real emergency that comes in meanwhile is told of, and one click goes there', async () => {
  const page = await opened();
  await page.getByRole('button', { name: 'Practice' }).click();
  await page.getByRole('button', { name: 'Training', exact: true }).click();
  await begin(page);
  await page.keyboard.press('n');
  await write('I have chest pain and can’t breathe');
  const alert = page.getByRole('alert').filter({ hasText: '1 real emergency waits.' });
  await alert.waitFor();
  await assertAccessible(page, 'training, with a real emergency', {});
  await alert.getByRole('button', { name: 'Go there now' }).click();
  await page.getByRole('main', { name: 'Lead' }).getByRole('heading', { level: 1, name: 'Real Sample 3' }).waitFor();
  await page.getByText('Words of an emergency.').waitFor();
  await page.context().close();
});

for (const [colorScheme, width] of [['light', 1280], ['dark', 390]]) {
  test(`axe-core finds nothing in training, and it speaks Spanish, ${colorScheme}, ${width} px`, async () => {
    const page = await opened({ locale: 'es-MX', colorScheme, viewport: { width, height: 844 } });
    const check = (state) => assertAccessible(page, `${state}, ${width} px`, {});
    await page.getByRole('button', { name: 'Consultorio' }).click();
    await page.getByRole('button', { name: 'Entrenamiento', exact: true }).click();
    await check('before');
    await page.getByRole('button', { name: 'Practicar con personas inventadas' }).click();
    await page.getByText('Estas personas no existen.').waitFor();
    await check('queue');
    await page.getByRole('button', { name: 'Comentarios' }).click();
    await page.getByText('Todavía no ha atendido a nadie.').waitFor();
    await page.keyboard.press('n');
    await page.getByRole('button', { name: 'Llamar con la guía' }).click();
    await page.getByRole('button', { name: 'No contestó' }).click();
    await check('call');
    await page.getByRole('button', { name: 'Comentarios' }).click();
    await page.getByText('Tomó primero la emergencia.').waitFor();
    await page.getByText('Llame de inmediato').waitFor();
    await check('feedback');
    const shown = await page.getByRole('main').innerText();
    assert.doesNotMatch(shown, /\b(the|and|called|lead)\b/i, shown);
    await page.context().close();
  });
}
