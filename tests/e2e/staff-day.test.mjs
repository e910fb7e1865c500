// A coordinator's day with a colleague at the same practice: who calls whom, calling with the guide, putting an answer
// right at the same time, taking a call. Two browsers, one log.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { openLab } from './lab.mjs';

const BOOK = 'I want to book a knee replacement consultation this week';

let lab;
let contexts = [];

before(async () => {
  lab = await openLab();
  const person = (name, needs) => ({
    lang: 'en',
    answers: { contact: { name, phone: '555-0100' }, service: 'knee-replacement', needs, appointment: { windows: [] } },
    visits: [],
  });
  const file = path.join(lab.directory, 'day.json');
  const people = [person('Avery Sample', BOOK), person('Blair Example', BOOK), person('Casey Demo', 'I have chest pain and can’t breathe')];
  await writeFile(file, JSON.stringify(people));
  await lab.anteroom('demo', 'seed', '--count', String(people.length), '--file', file, '--credential', lab.owner);
});
afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
});
after(() => lab?.close());

async function opened(credential) {
  const context = await lab.browser.newContext();
  contexts.push(context);
  const page = await context.newPage();
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error}`));
  await page.goto(`${lab.relay}/console/`);
  await page.getByLabel('Credential file').setInputFiles(credential);
  await page.getByLabel('Passphrase').fill(lab.passphrase);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByRole('button', { name: 'Log verified' }).waitFor();
  return page;
}

const heading = (page) => page.getByRole('main', { name: 'Lead' }).getByRole('heading', { level: 1 });
const row = (page, name) => page.getByRole('navigation', { name: 'Leads' }).locator('.row', { hasText: name });

test('one key takes the next call, and a colleague sees it at once and gets another', async () => {
  const sam = await opened(lab.coordinator);
  const maria = await opened(lab.owner);
  await sam.keyboard.press('n');
  assert.equal(await heading(sam).innerText(), 'Casey Demo', 'the emergency comes first, whatever its score');
  await sam.getByText('You work on this lead.').waitFor();
  const asked = Date.now();
  await row(maria, 'Casey Demo').getByText('sam-rivera').waitFor({ timeout: 10_000 });
  assert.ok(Date.now() - asked < 10_000, 'by the stream, not by asking every quarter of a minute');
  await maria.keyboard.press('n');
  assert.notEqual(await heading(maria).innerText(), 'Casey Demo');
  await row(maria, 'Casey Demo').click();
  await maria.getByText('sam-rivera works on this lead now.').waitFor();
  await maria.getByRole('button', { name: 'Take over' }).click();
  await sam.getByText('maria-lopez works on this lead now.').waitFor();
});

test('with the guide: what was checked, the outcome and the next step', async () => {
  const page = await opened(lab.coordinator);
  await row(page, 'Avery Sample').click();
  await page.keyboard.press('g');
  await page.getByRole('heading', { name: 'Guide' }).waitFor();
  await page.getByText('Hello, this is Sam Rivera from').waitFor();
  await page.getByLabel('Full name and date of birth match').check();
  await page.getByRole('button', { name: 'Español' }).click();
  await page.getByText('Hola, soy Sam Rivera').waitFor();
  await page.getByRole('button', { name: 'No answer' }).click();
  await page.getByRole('button', { name: 'Call again in 2 hours' }).click();
  await page.getByText('Call planned').first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('Call: No answer').first().waitFor();
  await page.getByText('Checked: Identity').first().waitFor();
  await page.locator('.turn', { hasText: 'Planned for later' }).waitFor();
});

test('an owner rewrites the guide, and a colleague on a call reads it at once; two who write at once lose nothing', async () => {
  const sam = await opened(lab.coordinator);
  const maria = await opened(lab.owner);
  await row(sam, 'Blair Example').click();
  await sam.keyboard.press('g');
  await sam.getByText('Hello, this is Sam Rivera from').waitFor();
  const before = lab.exchanges.length;
  await maria.getByRole('button', { name: 'Practice' }).click();
  await maria.getByRole('button', { name: 'Call guides' }).click();
  const words = maria.getByLabel('Text', { exact: true });
  const save = maria.getByRole('button', { name: 'Save for everyone' });
  assert.match(await words.inputValue(), /^# opening: Opening/);
  assert.ok(await save.isDisabled(), 'nothing is changed yet');
  await words.fill('# opening: Welcome\n> Quokka greetings, {staff} of {practice}.\n- [ ] identity: Full name\n');
  await maria.getByText('Quokka greetings, Maria Lopez of').waitFor();
  await maria.getByText('Nobody is told to check: Insurance').waitFor();
  await save.click();
  await sam.getByText('Quokka greetings, Sam Rivera of').waitFor();
  await sam.getByLabel('Full name').check();
  await sam.getByText('· sam-rivera', { exact: true }).waitFor();
  const sent = lab.exchanges.slice(before).map(({ requestBody, responseBody }) => `${requestBody}${responseBody}`).join();
  assert.ok(!sent.includes('Quokka'), 'sealed like everything else');

  // The same owner in another browser writes another text meanwhile.
  const elsewhere = await opened(lab.owner);
  await elsewhere.getByRole('button', { name: 'Practice' }).click();
  await elsewhere.getByRole('button', { name: 'Call guides' }).click();
  await words.fill('# opening: Mine\n> Numbat');
  await elsewhere.getByLabel('Text', { exact: true }).fill('# opening: Theirs\n> Bilby');
  await elsewhere.getByRole('button', { name: 'Save for everyone' }).click();
  await maria.getByText('published another text after you began yours').waitFor();
  assert.equal(await words.inputValue(), '# opening: Mine\n> Numbat');
  await save.click();
  await sam.getByText('Numbat').waitFor();
  const editions = maria.getByRole('region', { name: 'Editions' });
  await editions.getByRole('listitem').nth(2).waitFor();
  assert.equal(await editions.getByRole('listitem').count(), 3);
  await editions.getByRole('button', { name: 'Put it into the editor' }).nth(1).click();
  assert.equal(await words.inputValue(), '# opening: Theirs\n> Bilby');
  await words.fill('');
  await save.click();
  await sam.getByText('Hello, this is Sam Rivera from').waitFor();
  await editions.getByText('back to the guide that comes with Anteroom').waitFor();
});

test('two who put the same answer right at the same time: the last word counts and both are told', async () => {
  const sam = await opened(lab.coordinator);
  const maria = await opened(lab.owner);
  for (const page of [sam, maria]) {
    await row(page, 'Blair Example').click();
    await page.getByText('Correct an answer').click();
  }
  // Maria's console does not hear of Sam's correction: she works on what she sees.
  await maria.context().setOffline(true);
  await sam.getByLabel('How it should read').fill('555-0111');
  await sam.getByRole('button', { name: 'Correct it' }).click();
  await sam.getByRole('link', { name: '555-0111' }).waitFor();
  await maria.getByLabel('How it should read').fill('555-0122');
  await maria.getByRole('button', { name: 'Correct it' }).click();
  await maria.getByText('not saved: the relay does not answer').waitFor();
  await maria.context().setOffline(false);
  await maria.getByRole('button', { name: 'Try again' }).click();
  for (const page of [maria, sam]) {
    await page.getByRole('link', { name: '555-0122' }).waitFor({ timeout: 40_000 });
    await page.getByText('Phone: 555-0100 → 555-0111').waitFor();
    await page.getByText('a colleague had changed it meanwhile').waitFor();
  }
});

test('a call that comes in is taken down, triaged, signed and sealed', async () => {
  const page = await opened(lab.coordinator);
  const before = lab.exchanges.length;
  await page.keyboard.press('t');
  await page.getByRole('heading', { name: 'Take a call' }).waitFor();
  await page.getByRole('button', { name: 'Save the inquiry' }).click();
  await page.getByText('Write down a name').waitFor();
  const source = page.locator('.take-form');
  await source.locator('input[type=text]').first().fill('Walker Quincunx');
  // What is asked next depends on how they want to be reached.
  await source.locator('select', { hasText: 'E-mail' }).selectOption({ label: 'E-mail' });
  await source.locator('input[type=email]').fill('walker@example.com');
  await source.locator('textarea').first().fill('My chest hurts and I can’t breathe');
  await page.getByText('Words of an emergency.').waitFor();
  await page.getByRole('button', { name: 'Save the inquiry' }).click();
  await heading(page).filter({ hasText: 'Walker Quincunx' }).waitFor();
  await page.getByText('Phone call, taken down by sam-rivera').waitFor();
  const sent = lab.exchanges.slice(before).map(({ requestBody, responseBody }) => `${requestBody}${responseBody}`).join();
  assert.ok(!sent.includes('Quincunx'));
});

test('a lead closes with a reason, and a note that is hostile stays text', async () => {
  const page = await opened(lab.owner);
  await row(page, 'Blair Example').click();
  await page.getByText('Decline, refer or close').click();
  await page.getByLabel('Reason').selectOption('Referred elsewhere');
  await page.getByLabel('To whom, or why').fill('<img src=x onerror="window.pwned=1"> Dr. Example');
  await page.getByRole('button', { name: 'Close the lead' }).click();
  await page.getByText('Closed: Referred elsewhere').first().waitFor();
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.locator('.page img').count(), 0);
});
