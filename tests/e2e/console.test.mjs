// The staff's console in a real browser: what is typed by strangers stays text, what is forged is shown
// as refused, a lying relay is not believed, and locking leaves nothing behind.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { databases } from './databases.mjs';
import { openLab } from './lab.mjs';

const NAME = '<img src=x onerror="window.pwned=1">Hostile Sample';
const NEEDS = '</span><script>window.pwned=1</script> zanzibar \u202Eknee pain, I want to book this week';

let lab;
let contexts = [];

before(async () => {
  lab = await openLab();
  await lab.anteroom('demo', 'seed', '--count', '12', '--credential', lab.owner);
  const file = path.join(lab.directory, 'hostile.json');
  const answers = { contact: { name: NAME, email: 'a@b.com?bcc=c@d.ee', phone: 'javascript:alert(1)' }, service: 'knee-replacement', needs: NEEDS, appointment: { windows: [] } };
  // Ids follow from place in the file: those of the first twelve are taken.
  const others = Array.from({ length: 12 }, () => ({ lang: 'en', answers, visits: [] }));
  await writeFile(file, JSON.stringify([...others, { lang: 'en', answers, visits: [{ path: '/pricing"><script>', minutes_before: 5 }] }]));
  await lab.anteroom('demo', 'seed', '--count', '13', '--file', file, '--credential', lab.owner);
});
afterEach(async () => {
  lab.tamper = (answer) => answer;
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
});
after(() => lab?.close());

async function newContext() {
  const context = await lab.browser.newContext();
  contexts.push(context);
  return context;
}

async function unlock(credential, context) {
  const page = await (context ?? (await newContext())).newPage();
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error}`));
  await page.goto(`${lab.relay}/console/`);
  await page.getByLabel('Credential file').setInputFiles(credential);
  await page.getByLabel('Passphrase').fill(lab.passphrase);
  await page.getByRole('button', { name: 'Unlock' }).click();
  return page;
}

async function opened(credential, context) {
  const page = await unlock(credential, context);
  await page.getByRole('navigation', { name: 'Leads' }).waitFor();
  return page;
}

/** Waits until the console has stored what it keeps: after everything is shown. */
async function storing(page) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (JSON.stringify(await databases(page)).includes('content-keys')) return;
    await setTimeout(50);
  }
  assert.fail('nothing is kept');
}

test('a wrong passphrase opens nothing and says what to do', async () => {
  const page = await (await newContext()).newPage();
  await page.goto(`${lab.relay}/console/`);
  await page.getByLabel('Credential file').setInputFiles(lab.coordinator);
  await page.getByLabel('Passphrase').fill('not the passphrase');
  await page.getByRole('button', { name: 'Unlock' }).click();
  assert.match(await page.getByRole('alert').innerText(), /does not open this file/);
  assert.ok(!lab.exchanges.some(({ requestBody }) => requestBody.includes('not the passphrase')));
});

test('what a stranger typed is text and nothing else', async () => {
  const page = await opened(lab.coordinator);
  await page.getByLabel('Search leads').fill('hostile sample');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const lead = page.getByRole('main', { name: 'Lead' });
  await page.getByRole('navigation', { name: 'Leads' }).getByText('Hostile Sample').first().click();
  assert.equal(await lead.getByRole('heading', { level: 1 }).innerText(), NAME);
  // Without what is said of marked words to those who do not see the marks.
  await lead.locator('blockquote .unseen').evaluateAll((labels) => labels.forEach((label) => label.remove()));
  const shown = await lead.locator('blockquote').innerText();
  assert.ok(shown.includes('<script>window.pwned=1</script> zanzibar \uFFFD'), shown);
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.locator('.page img, .page script, nav img').count(), 0);
  // A number that is none and an address that would add a recipient are shown, and lead nowhere.
  assert.equal(await lead.locator('a').count(), 0);
});

test('the keyboard alone finds, opens and leaves a lead', async () => {
  const page = await opened(lab.coordinator);
  const heading = page.getByRole('main', { name: 'Lead' }).getByRole('heading', { level: 1 });
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const first = await heading.innerText();
  await page.keyboard.press('k');
  await assert.doesNotReject(heading.filter({ hasNotText: first }).waitFor());
  await page.keyboard.press('Escape');
  await heading.waitFor({ state: 'detached' });
  await page.keyboard.press('/');
  await page.keyboard.type('no such lead');
  await page.getByText('No lead matches.').waitFor();
});

test('the back button of the browser closes a lead, and not the console', async () => {
  const page = await opened(lab.coordinator);
  const heading = page.getByRole('main', { name: 'Lead' }).getByRole('heading', { level: 1 });
  for (const leave of [() => page.goBack(), () => page.keyboard.press('Escape'), () => page.goBack()]) {
    await page.keyboard.press('n');
    await heading.waitFor();
    await leave();
    await heading.waitFor({ state: 'detached' });
    await page.getByRole('navigation', { name: 'Leads' }).waitFor();
  }
});

test('the day begins with what cannot wait, and the list can be ordered by score', async () => {
  const page = await opened(lab.coordinator);
  const turns = ['Emergency', 'Care-Ready: call by deadline', 'Reply today', 'Planned calls, due', 'The rest, by score', 'Planned for later', 'Done'];
  const shown = await page.locator('.turn > span:first-child').allInnerTexts();
  assert.ok(shown.length > 1 && shown[0] === 'Emergency', shown.join());
  assert.deepEqual(shown, turns.filter((turn) => shown.includes(turn)));
  assert.match(await page.locator('nav .row').first().innerText(), /Emergency/);
  await page.getByLabel('Order').selectOption('By score');
  const points = await page.locator('nav .tally').evaluateAll((all) => all.map((one) => parseInt(one.textContent.replace('Score ', ''), 10)));
  assert.ok(points.length > 3);
  assert.deepEqual(points, points.toSorted((a, b) => b - a));
});

test('an entry that does not open is shown as refused', async () => {
  const submitted = lab.exchanges.find(({ method, url }) => method === 'POST' && url.endsWith('/inquiries'));
  const parts = String(submitted.requestBody).split('.');
  const header = JSON.parse(Buffer.from(parts[0], 'base64url'));
  header.entry = randomBytes(16).toString('base64url');
  header.thread = randomBytes(16).toString('base64url');
  parts[0] = Buffer.from(JSON.stringify(header)).toString('base64url');
  const response = await fetch(`${lab.relay}${submitted.url}`, { method: 'POST', headers: { 'content-type': 'application/jose' }, body: parts.join('.') });
  assert.ok(response.ok, `the relay cannot know: ${response.status}`);
  const page = await opened(lab.coordinator);
  await page.getByRole('button', { name: '1 refused' }).click();
  await page.getByText('Altered, or never sealed properly.').waitFor();
});

test('a log with an entry missing is not shown at all', async () => {
  lab.tamper = (answer) => {
    if (!/\/entries\?/.test(answer.url) || answer.status !== 200) return answer;
    const page = JSON.parse(answer.body);
    page.entries.splice(2, 1);
    const headers = { ...answer.headers };
    delete headers['content-encoding'];
    return { ...answer, headers, body: Buffer.from(JSON.stringify(page)) };
  };
  const page = await unlock(lab.owner);
  assert.match(await page.getByRole('alert').innerText(), /log does not check: entry 3 is missing/);
  assert.equal(await page.getByRole('navigation', { name: 'Leads' }).count(), 0);
});

test('what one member of staff does is signed, sealed and seen by another', async () => {
  const before = lab.exchanges.length;
  const one = await opened(lab.coordinator);
  await one.keyboard.press('n');
  await one.getByRole('button', { name: 'No answer' }).click();
  await one.getByLabel('New note').fill('Try again after three, quincunx.');
  await one.getByRole('button', { name: 'Add note' }).click();
  await one.getByText('quincunx').first().waitFor();
  await one.getByText('Call: No answer').first().waitFor();
  const name = await one.getByRole('main').getByRole('heading', { level: 1 }).innerText();
  const sent = lab.exchanges.slice(before).map(({ requestBody, responseBody }) => `${requestBody}${responseBody}`).join();
  assert.ok(!sent.includes('quincunx') && !sent.includes(Buffer.from('quincunx').toString('base64url').slice(0, 10)));
  const other = await opened(lab.owner);
  await other.getByLabel('Search leads').fill('quincunx');
  await other.getByRole('navigation', { name: 'Leads' }).getByText(name).first().click();
  await other.getByText('quincunx').first().waitFor();
});

test('locking locks every tab and leaves nothing decrypted behind', async () => {
  const context = await newContext();
  const one = await opened(lab.coordinator, context);
  const two = await opened(lab.coordinator, context);
  const name = await one.locator('.row-name').first().innerText();
  await storing(one);
  await one.getByRole('button', { name: 'Lock', exact: true }).click();
  await two.getByText('Locked from another tab.').waitFor();
  for (const page of [one, two]) {
    const shown = await page.evaluate(async () => {
      const caches_ = await caches.keys();
      return document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage, caches_, url: location.href, title: document.title, state: history.state });
    });
    const left = shown + JSON.stringify(await databases(page));
    for (const typed of [name, 'Hostile Sample', 'zanzibar', 'javascript:alert']) assert.ok(!left.includes(typed), `“${typed}” is left`);
    assert.match(left, /anteroom\.memory\.lakeside-ortho/);
    assert.match(left, /content-keys\.lakeside-ortho/);
  }
});

test('a console that stops by a fault of its own leaves nothing on the screen', async () => {
  const page = await opened(lab.coordinator);
  page.removeAllListeners('pageerror');
  const name = await page.locator('.row-name').first().innerText();
  await page.evaluate(() => globalThis.setTimeout(() => { throw new WebAssembly.RuntimeError('unreachable'); }));
  await page.getByText('The console stopped by a fault of its own.').waitFor();
  assert.ok(!(await page.content()).includes(name));
});
