// What the form does for the person in front of it: guidance in an emergency, words in their language, a
// path by keyboard alone, nothing left behind, and a dialog where the practice wants one.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { fillForm, shownForm } from './form.mjs';
import { openLab } from './lab.mjs';

let lab;
let page;
let pages = 0;

before(async () => { lab = await openLab(); });
beforeEach(async () => { page = await (await lab.browser.newContext()).newPage(); });
after(() => lab?.close());

/** Opens a page whose snippet has `attributes` in addition. */
async function visit(attributes = '', language = 'en') {
  const snippet = lab.snippet.replace('<script', `<script ${attributes}`);
  pages += 1;
  await page.goto(lab.page(`widget-${pages}`, `<!doctype html><html lang="${language}"><title>Contact</title>${snippet}`));
}

test('an emergency is answered while it is written, and the form stays usable', async () => {
  await visit();
  const frame = await shownForm(page);
  const alert = frame.getByRole('alert');
  assert.equal((await alert.textContent()).trim(), '');
  await frame.getByLabel('Tell us a little about it').fill('I have chest pain and cannot breathe.');
  await frame.getByRole('link', { name: 'Call 911' }).waitFor();
  assert.equal(await frame.getByRole('link', { name: 'Call 911' }).getAttribute('href'), 'tel:911');
  assert.match(await alert.textContent(), /emergency department/, 'in the practice’s own words too');
  await frame.getByLabel('What are you looking for?').selectOption({ label: 'Second opinion' });
  await frame.getByRole('button', { name: 'Continue' }).click();
  await frame.getByLabel('Your name').waitFor();
});

test('a problem is named at its field, counted, announced, and gone once it is put right', async () => {
  await visit();
  const frame = await shownForm(page);
  await frame.getByRole('button', { name: 'Continue' }).click();
  const service = frame.getByLabel('What are you looking for?');
  await frame.getByText('Please choose one.').waitFor();
  assert.match(await frame.getByRole('status').textContent(), /One answer needs another look/);
  assert.equal(await service.getAttribute('aria-invalid'), 'true');
  assert.ok((await service.getAttribute('aria-describedby')).includes('service-problem'));
  assert.equal(await frame.evaluate(() => document.activeElement.id), 'service');
  await service.selectOption({ label: 'Second opinion' });
  assert.equal(await service.getAttribute('aria-invalid'), null);
});

test('the language follows the page and can be switched without losing an answer', async () => {
  await visit('', 'es-MX');
  const frame = await spanishForm();
  assert.equal(await frame.evaluate(() => document.documentElement.lang), 'es');
  await frame.getByLabel('Cuéntenos un poco').fill('Me duele la rodilla.');
  await frame.getByLabel('Idioma').selectOption('en');
  assert.equal(await frame.getByLabel('Tell us a little about it').inputValue(), 'Me duele la rodilla.');
});

async function spanishForm() {
  for (let tries = 0; tries < 100; tries += 1) {
    const frame = page.frames().find((candidate) => candidate.parentFrame());
    if (frame && await frame.getByLabel('Cuéntenos un poco').count()) return frame;
    await page.waitForTimeout(100);
  }
  throw new Error('no form in Spanish');
}

test('the keyboard alone goes all the way, and each step begins at its heading', async () => {
  await visit();
  const frame = await shownForm(page);
  const focused = () => frame.evaluate(() => document.activeElement.textContent);
  await frame.getByLabel('What are you looking for?').focus();
  await page.keyboard.type('Knee');
  await page.keyboard.press('Tab');
  await page.keyboard.type('My knee hurts.');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await frame.getByLabel('Your name').waitFor();
  await page.waitForTimeout(100);
  assert.equal(await focused(), 'How do we reach you?');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Ada Example');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.type('555 555 0142');
  await page.keyboard.press('Enter');
  await frame.getByText('A few details').waitFor();
});

test('who is ready is offered a time for a call, others a guide and a gentle word later; nobody sees a score', async () => {
  await visit();
  let frame = await shownForm(page);
  await fillForm(frame);
  await frame.getByRole('button', { name: 'Change: Almost done' }).click();
  await frame.getByRole('group', { name: /good time for us to call/ }).getByLabel('8 to 10 am').check();
  assert.ok(await frame.getByText('something to read at home').isHidden());
  assert.doesNotMatch(await frame.locator('body').textContent(), /score|points|tier|care-ready/i);

  await visit();
  frame = await shownForm(page);
  await frame.getByLabel('What are you looking for?').selectOption({ label: 'Physical therapy' });
  await frame.getByRole('button', { name: 'Continue' }).click();
  await frame.getByLabel('Your name').fill('Ada Example');
  await frame.getByLabel('E-mail me').check();
  await frame.getByLabel('E-mail address').fill('ada@example.com');
  await frame.getByRole('button', { name: 'Continue' }).click();
  await frame.getByRole('button', { name: 'Continue' }).click();
  assert.equal(await frame.getByText('good time for us to call').count(), 1);
  assert.ok(await frame.getByText('good time for us to call').isHidden());
  await frame.getByLabel('Guide to knee pain').check();
  await frame.getByLabel(/write to me once or twice/).check();
  await frame.getByLabel(/^I agree/).check();
  await frame.getByRole('button', { name: 'Review your answers' }).click();
  await page.waitForTimeout(3_000);
  await frame.getByRole('button', { name: 'Send securely' }).click();
  await frame.getByText('Thank you, Ada Example').waitFor();
  assert.match(await frame.getByRole('list').first().textContent(), /We are (open|closed) right now/);
  const address = lab.page('guides/knee-pain-guide.pdf', '<!doctype html><title>A guide</title>');
  const [guide] = await Promise.all([
    page.context().waitForEvent('page'),
    frame.getByRole('link', { name: 'Guide to knee pain' }).click(),
  ]);
  await guide.waitForURL(address);
  await guide.close();
  const reference = (await frame.getByTestId('reference').textContent()).trim();
  const shown = await lab.anteroom('inbox', 'show', reference, '--credential', lab.coordinator);
  assert.match(shown, /Follow-up\s+welcome, version 1/);
  assert.match(shown, /Guides\s+knee-pain/);
});

test('back from the review, nothing is lost', async () => {
  await visit();
  const frame = await shownForm(page);
  await fillForm(frame);
  await frame.getByRole('button', { name: 'Change: How do we reach you?' }).click();
  assert.equal(await frame.getByLabel('Your name').inputValue(), 'Wilhelmina Quartermaine');
  assert.ok(await frame.getByLabel('Call me').isChecked());
  await frame.getByRole('button', { name: 'Review your answers' }).click();
  await frame.getByText('Does this look right?').waitFor();
});

test('what someone leaves behind on the screen is wiped', async () => {
  await visit('data-idle="2"');
  const frame = await shownForm(page);
  const needs = frame.getByLabel('Tell us a little about it');
  await needs.fill('left behind');
  await frame.waitForFunction(() => document.getElementById('needs').value === '', undefined, { timeout: 10_000 });
  const text = await frame.evaluate(() => document.documentElement.outerHTML);
  assert.ok(!text.includes('left behind'));
});

test('leaving the page wipes the form: the browser’s back finds it empty', async () => {
  await visit();
  const address = page.url();
  let frame = await shownForm(page);
  await frame.getByLabel('Tell us a little about it').fill('left behind');
  await page.goto(lab.page('elsewhere', '<!doctype html><title>Elsewhere</title>'));
  await page.goBack();
  assert.equal(page.url(), address);
  frame = await shownForm(page);
  assert.equal(await frame.getByLabel('Tell us a little about it').inputValue(), '');
});

test('as a full page it fills the window, and scrolls', async () => {
  await visit('data-mode="page"');
  const frame = await shownForm(page);
  const box = await page.locator('[data-anteroom]').boundingBox();
  assert.deepEqual(box, { x: 0, y: 0, ...page.viewportSize() });
  const width = (await (await frame.frameElement()).boundingBox()).width;
  assert.equal(width, 720);
  await frame.getByRole('button', { name: 'Continue' }).click();
  await frame.getByText('Please choose one.').waitFor();
});

test('on the practice’s own tablet nothing of anyone remains', async () => {
  await visit('data-mode="kiosk" data-idle="3"');
  let frame = await shownForm(page);
  assert.equal(await frame.getByLabel('Your name').count(), 0);
  await frame.getByLabel('Language').selectOption('es');
  await frame.getByLabel('Tell us a little about it').waitFor({ timeout: 10_000 });
  await fillForm(frame);
  assert.equal(await frame.getByText('something to read at home').count(), 0, 'nobody takes a link home from here');
  const names = () => page.evaluate(() => Object.keys(localStorage).map((name) => name.split(':').at(-1)));
  await page.context().setOffline(true);
  await frame.getByRole('button', { name: 'Send securely' }).click();
  await frame.getByText('Please keep this page open').waitFor();
  assert.deepEqual(await names(), ['seen'], 'no visits, no outbox');
  await page.context().setOffline(false);
  await frame.getByText('has safely reached').waitFor({ timeout: 30_000 });
  await frame.getByLabel('What are you looking for?').waitFor({ timeout: 10_000 });
  frame = await shownForm(page);
  assert.doesNotMatch(await frame.evaluate(() => document.documentElement.outerHTML), /Wilhelmina|zanzibar/);
  assert.deepEqual(await names(), ['seen']);
});

for (const [accent, ink] of [['#0b6b6f', 'rgb(255, 255, 255)'], ['#ffe08a', 'rgb(0, 0, 0)'], ['#7f7f7f', 'rgb(0, 0, 0)'], ['#c0392b', 'rgb(255, 255, 255)']]) {
  test(`on ${accent} the text is ${ink}: it contrasts by at least 4.5`, async () => {
    await visit(`data-accent="${accent}" data-radius="3" data-font="Georgia"`);
    const frame = await shownForm(page);
    const style = await frame.getByRole('button', { name: 'Continue' }).evaluate((button) => {
      const { color, backgroundColor, borderRadius, fontFamily } = getComputedStyle(button);
      return { color, backgroundColor, borderRadius, fontFamily };
    });
    assert.equal(style.color, ink);
    assert.ok(contrast(style.color, style.backgroundColor) >= 4.5, JSON.stringify(style));
    assert.equal(style.borderRadius, '3px');
    assert.match(style.fontFamily, /^Georgia/);
  });
}

/** Contrast ratio of two colours, `rgb(r, g, b)` (WCAG 2.2, 1.4.3). */
function contrast(...colours) {
  const [low, high] = colours.map((colour) => {
    const [red, green, blue] = colour.match(/\d+/g).map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }).sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

// The button and the dialog stand in a closed shadow root, out of this test's reach as of any script's.
test('in a dialog nothing is fetched before it is opened, and closing it loses nothing', async () => {
  const requests = [];
  page.on('request', (request) => { if (request.url().startsWith(lab.relay)) requests.push(request.url()); });
  await visit('data-mode="dialog"');
  await page.waitForFunction(() => window.anteroom);
  assert.ok(await page.getByRole('link', { name: '+1 555 0100' }).isVisible());
  await page.waitForTimeout(300);
  assert.deepEqual(requests.map((url) => url.split('/').at(-1)), ['loader.js']);
  await page.evaluate(() => window.anteroom.open());
  const frame = await shownForm(page);
  await frame.getByLabel('Tell us a little about it').fill('kept');
  await page.evaluate(() => window.anteroom.close());
  await frame.getByLabel('Tell us a little about it').waitFor({ state: 'hidden' });
  await page.evaluate(() => window.anteroom.open());
  assert.equal(await frame.getByLabel('Tell us a little about it').inputValue(), 'kept');
  await frame.getByLabel('Tell us a little about it').press('Escape');
  await frame.getByLabel('Tell us a little about it').waitFor({ state: 'hidden' });
});

test('in a dialog that fails, the phone number is what remains', async () => {
  lab.tamper = (answer) => (answer.url.endsWith('/manifest') ? null : answer);
  await visit('data-mode="dialog"');
  await page.waitForFunction(() => window.anteroom);
  const reason = await page.evaluate(() => new Promise((resolve) => {
    addEventListener('anteroom:failed', (event) => resolve(event.detail.reason));
    window.anteroom.open();
  }));
  assert.equal(reason, 'load');
  assert.ok(await page.getByRole('link', { name: '+1 555 0100' }).isVisible());
  assert.equal(page.frames().length, 1);
  lab.tamper = (answer) => answer;
});
