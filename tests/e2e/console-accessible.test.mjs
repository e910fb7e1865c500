// The console for everyone: axe-core on every screen, wide and on a phone, in both themes; and the keyboard alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { openDesk } from './desk.mjs';
import { openLab } from './lab.mjs';

let lab;
let desk;
before(async () => {
  lab = await openLab();
  desk = await openDesk(lab);
  await lab.anteroom('demo', 'seed', '--count', '30', '--credential', lab.owner);
});
after(async () => {
  desk?.stop();
  await lab?.close();
});

async function opened(options, address = `${lab.relay}/console/`) {
  const page = await (await lab.browser.newContext(options)).newPage();
  await page.goto(address);
  await page.getByLabel('Passphrase').waitFor();
  const check = (state) => assertAccessible(page, `${state}, ${JSON.stringify(options)}`, {});
  await check('unlock');
  await page.getByLabel('Credential file').setInputFiles(lab.owner);
  await page.getByLabel('Passphrase').fill(lab.passphrase);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByRole('button', { name: 'Log verified' }).waitFor();
  return { page, check };
}

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

for (const [colorScheme, width] of [['light', 1280], ['dark', 1280], ['light', 390], ['dark', 390]]) {
  test(`axe-core finds nothing on any screen, ${colorScheme}, ${width} px`, async () => {
    const { page, check } = await opened({ colorScheme, viewport: { width, height: 844 } });
    await check('today');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await check('shortcuts');
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    await page.getByText('You work on this lead.').waitFor();
    for (const summary of await page.locator('.lead details > summary').all()) await summary.click();
    await check('lead, everything open');
    await page.keyboard.press('g');
    await page.getByRole('heading', { name: 'Guide' }).waitFor();
    await check('call');
    await page.keyboard.press('Escape');
    for (const [key, name] of [['t', 'Take a call'], ['r', 'Reports']]) {
      await page.keyboard.press(key);
      await heading(page, name);
      await check(name);
    }
    await page.keyboard.press('p');
    await heading(page, 'Pipeline');
    await page.keyboard.press('x');
    await page.getByText('1 lead ticked').waitFor();
    await page.getByText('Close…').click();
    await check('table, with a tick');
    await page.getByRole('button', { name: 'Board', exact: true }).click();
    await page.getByRole('heading', { name: /Contacted/ }).waitFor();
    await check('board');
    await page.getByLabel('Search leads').fill('no such lead');
    await page.getByText('No lead fits this view.').waitFor();
    await check('nothing fits');
    await page.getByRole('button', { name: 'Practice' }).click();
    await page.getByRole('cell', { name: 'Coordinator', exact: true }).waitFor();
    await check('staff');
    await page.getByRole('button', { name: 'Scoring' }).click();
    await page.getByLabel(/^From points/).first().fill('60');
    await page.keyboard.press('Tab');
    await page.getByText('Of your latest').waitFor();
    await page.getByText('The whole model as text').click();
    await page.getByRole('button', { name: 'Ask your history' }).click();
    await page.getByText('leads are too few').waitFor();
    await check('scoring, with a draft');
    await page.getByRole('button', { name: 'Call guides' }).click();
    await page.getByLabel('Text', { exact: true }).fill('# opening: Hello\n> {stff}');
    await page.getByText('How it is written').click();
    await check('call guides, with a draft');
    await page.getByRole('button', { name: 'Follow-up', exact: true }).click();
    await page.getByRole('button', { name: 'Gentle follow-up' }).click();
    await page.getByLabel('Subject (English)', { exact: true }).first().fill('About your knee');
    await page.getByText('the subject tells what it is about').first().waitFor();
    await check('follow-up, with a draft that tells');
    await page.getByRole('button', { name: 'Access log' }).click();
    await page.getByText('records, each following').waitFor();
    await check('access log');
    await page.getByRole('button', { name: 'Today' }).click();
    await page.getByRole('button', { name: 'Log verified' }).click();
    await heading(page, 'The log');
    await check('the log');
    await page.context().close();
  });
}

for (const [colorScheme, width] of [['light', 1280], ['dark', 1280], ['light', 390], ['dark', 390]]) {
  test(`axe-core finds nothing where the root key is asked for, ${colorScheme}, ${width} px`, async () => {
    const { page, check } = await opened({ colorScheme, viewport: { width, height: 844 } }, desk.address);
    await page.getByRole('button', { name: 'Practice', exact: true }).click();
    await page.getByRole('button', { name: 'Scoring', exact: true }).click();
    await page.getByLabel(/^From points/).first().fill('60');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Publish…' }).click();
    await page.locator('#root-file').waitFor();
    await check('publish, scoring');
    await page.getByRole('button', { name: 'Form', exact: true }).click();
    await page.getByRole('button', { name: 'Publish now' }).click();
    await page.getByText('No file is chosen.').waitFor();
    await check('publish, form, with a fault');
    await page.context().close();
  });
}

test('the keyboard alone ticks, opens a lead and finds its way back', async () => {
  const { page } = await opened({ viewport: { width: 1280, height: 844 } });
  await page.keyboard.press('p');
  await heading(page, 'Pipeline');
  const focused = () => page.evaluate(() => document.activeElement.id);
  await page.waitForFunction(() => document.activeElement.id.startsWith('row-'));
  await page.keyboard.press('Home');
  await page.waitForFunction(() => document.activeElement.closest('tr')?.ariaRowIndex === '2');
  const first = await focused();
  await page.keyboard.press('j');
  await page.waitForFunction((first) => document.activeElement.id !== first, first);
  const second = await focused();
  await page.keyboard.press('x');
  await page.getByText('1 lead ticked').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('main', { name: 'Lead' }).waitFor();
  await page.keyboard.press('Escape');
  await heading(page, 'Pipeline');
  await page.waitForFunction((second) => document.activeElement.id === second, second);
  await page.getByText('1 lead ticked').waitFor();
  // The last row is not drawn before its table is scrolled to it.
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.getByRole('main', { name: 'Lead' }).waitFor();
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.activeElement.closest('tr')?.ariaRowIndex === '31');
  // A choice has the arrows for itself.
  await page.getByRole('combobox', { name: 'Lane' }).focus();
  await page.keyboard.press('ArrowDown');
  assert.notEqual(await page.getByRole('combobox', { name: 'Lane' }).inputValue(), '*');
  await page.context().close();
});
