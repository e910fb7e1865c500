// The form for everyone: axe-core in every state and both themes, names and live regions as a screen reader gets
// them, 320 px and 200 %, forced colours, reduced motion, and right to left.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { assertFallback, byKeyboard, fillForm, PATIENT, shownForm } from './form.mjs';
import { openLab } from './lab.mjs';

let lab;
before(async () => { lab = await openLab(); });
beforeEach(() => {
  lab.tamper = (answer) => answer;
  lab.delay = () => 0;
});
after(() => lab?.close());

async function open(attributes = '', options = {}) {
  const page = await (await lab.browser.newContext(options)).newPage();
  const snippet = lab.snippet.replace('<script', `<script ${attributes}`);
  await page.goto(lab.page('accessible', `<!doctype html><html lang="en"><title>Contact</title><main><h1>Contact us</h1>${snippet}</main>`));
  return page;
}

for (const colorScheme of ['light', 'dark']) {
  test(`axe-core finds nothing in any state, ${colorScheme}`, async () => {
    const page = await open('', { colorScheme });
    const frame = await shownForm(page);
    await assertAccessible(frame, 'first step');
    await frame.getByRole('button', { name: 'Continue' }).click();
    await frame.getByText('Please choose one.').waitFor();
    await assertAccessible(frame, 'with an error');
    await frame.getByLabel('Tell us a little about it').fill('I have chest pain and I want to die');
    await frame.getByRole('link', { name: 'Call 911' }).waitFor();
    await assertAccessible(frame, 'with emergency guidance');
    await fillForm(frame);
    await assertAccessible(frame, 'review');
    for (const step of ['How do we reach you?', 'A few details, if you like', 'Almost done']) {
      await frame.getByRole('button', { name: `Change: ${step}` }).click();
      await frame.getByRole('heading', { name: step }).waitFor();
      await assertAccessible(frame, step);
      await frame.getByRole('button', { name: 'Review your answers' }).click();
    }
    lab.delay = () => 2_000;
    await frame.getByRole('button', { name: 'Send securely' }).click();
    await frame.getByRole('button', { name: 'Sending…' }).waitFor();
    await assertAccessible(frame, 'sending');
    lab.delay = () => 0;
    await frame.getByText('has safely reached').waitFor({ timeout: 30_000 });
    await assertAccessible(frame, 'sent');
    await page.context().close();
  });

  test(`nor where it is refused, waits, stands in a dialog or on a tablet, ${colorScheme}`, async () => {
    const page = await open('data-mode="dialog"', { colorScheme });
    await page.waitForFunction(() => window.anteroom);
    await page.evaluate(() => window.anteroom.open());
    const frame = await shownForm(page);
    // With the shadow root in it: axe-core looks through closed ones only from inside, so the page is asked too.
    await assertAccessible(page.mainFrame(), 'the page with the dialog open');
    await fillForm(frame, PATIENT, byKeyboard);
    lab.tamper = (answer) => (answer.method === 'POST' ? { ...answer, status: 422, body: '' } : answer);
    await byKeyboard(frame.getByRole('button', { name: 'Send securely' }));
    await frame.getByText('We could not send your message').waitFor();
    await assertAccessible(frame, 'refused');
    lab.tamper = (answer) => (answer.method === 'POST' ? null : answer);
    await byKeyboard(frame.getByRole('button', { name: 'Try again' }));
    await frame.getByText('You seem to be offline').waitFor();
    await assertAccessible(frame, 'waiting');
    lab.tamper = (answer) => answer;
    await page.context().close();

    const tablet = await open('data-mode="kiosk"', { colorScheme });
    await assertAccessible(await shownForm(tablet), 'tablet');
    await tablet.context().close();

    lab.tamper = (answer) => (answer.url.endsWith('/manifest') ? null : answer);
    const failed = await open('', { colorScheme });
    await assertFallback(failed);
    await assertAccessible(failed.mainFrame(), 'fallback');
    lab.tamper = (answer) => answer;
    await failed.context().close();
  });
}

test('a screen reader gets names, descriptions, states and announcements', async () => {
  const page = await open();
  const frame = await shownForm(page);
  const element = await frame.frameElement();
  assert.equal(await element.getAttribute('title'), 'Secure form');
  // As text, the accessibility tree of the form (its roles, names and states).
  const tree = async () => frame.locator('body').ariaSnapshot();
  assert.match(await tree(), /heading "How can we help\?" \[level=2\]/);
  assert.match(await tree(), /combobox "What are you looking for\?"/);
  assert.match(await tree(), /textbox "Tell us a little about it optional"/);
  const needs = frame.getByLabel('Tell us a little about it');
  const described = await needs.evaluate((field) => field.getAttribute('aria-describedby').split(' ').map((id) => document.getElementById(id)?.textContent).join(' '));
  assert.match(described, /A sentence or two is plenty/);
  // Live regions stand before they speak.
  const live = await frame.evaluate(() => [...document.querySelectorAll('[role=alert],[role=status],[aria-live]')].map((region) => [region.id || region.className, region.getAttribute('role') ?? region.getAttribute('aria-live'), region.textContent]));
  assert.deepEqual(live.filter(([, , text]) => text.trim() !== ''), []);
  assert.deepEqual(live.map(([name, role]) => `${name} ${role}`).sort(), ['guidance alert', 'needs-problem polite', 'service-problem polite', 'summary status']);
  await frame.getByRole('button', { name: 'Continue' }).click();
  assert.match(await tree(), /combobox "What are you looking for\?"[^\n]*\[invalid/);
  assert.match(await tree(), /status: One answer needs another look\./);
  await needs.fill('chest pain');
  assert.match(await tree(), /alert:\n(.*\n)*.*link "Call 911"/);
  assert.ok(!/Please leave this empty/.test(await tree()), 'the trap is not there for a screen reader');
  await page.context().close();
});

test('emergency guidance is on the screen as soon as it is there, on a phone with its keyboard up', async () => {
  const page = await open('', { viewport: { width: 390, height: 420 } });
  const frame = await shownForm(page);
  const needs = frame.getByLabel('Tell us a little about it');
  await needs.click();
  await needs.pressSequentially('I have chest pain');
  const call = frame.getByRole('link', { name: 'Call 911' });
  await call.waitFor();
  await page.waitForTimeout(400);
  const box = await call.boundingBox();
  assert.ok(box.y >= 0 && box.y + box.height <= 420, JSON.stringify(box));
  const owner = await frame.frameElement();
  const on = await page.evaluate(([x, y]) => document.elementFromPoint(x, y)?.matches('[data-anteroom]'), [box.x + 5, box.y + 5]);
  assert.ok(on, 'nothing lies over it');
  assert.ok(owner);
  await page.context().close();
});

/** What sticks out of the form sideways. */
const wider = (frame) => frame.evaluate(() => [...document.querySelectorAll('body *')]
  .filter((element) => !element.closest('.trap') && element.getClientRects().length > 0)
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 || element.getBoundingClientRect().left < -1)
  .map((element) => element.outerHTML.slice(0, 120)));

for (const [how, options, zoom] of [['320 px wide', { viewport: { width: 320, height: 640 } }, 1], ['at 200 % on a phone', { viewport: { width: 390, height: 800 } }, 2]]) {
  test(`${how} nothing is cut off or scrolls sideways, in both directions of writing`, async () => {
    const page = await open('', options);
    const frame = await shownForm(page);
    // 200 % as WCAG 2.2, 1.4.4 means it: the text grows, and the width does not.
    await frame.evaluate((by) => { document.documentElement.style.fontSize = `${17 * by}px`; }, zoom);
    for (const direction of ['ltr', 'rtl']) {
      await frame.evaluate((dir) => { document.documentElement.dir = dir; }, direction);
      await frame.getByLabel('Tell us a little about it').fill('I have chest pain');
      assert.deepEqual(await wider(frame), [], `${direction}, first step`);
    }
    await fillForm(frame);
    for (const direction of ['ltr', 'rtl']) {
      await frame.evaluate((dir) => { document.documentElement.dir = dir; }, direction);
      assert.deepEqual(await wider(frame), [], `${direction}, review`);
    }
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    await page.context().close();
  });
}

// A language that is written from right to left, as far as a layout can tell: mirrored, and each text in letters of
// that direction.
test('right to left, the form is mirrored', async () => {
  const page = await open();
  const frame = await shownForm(page);
  const places = () => frame.evaluate(() => {
    const width = innerWidth;
    const edge = (selector) => { const box = document.querySelector(selector).getBoundingClientRect(); return [Math.round(box.left), Math.round(width - box.right)]; };
    return { heading: edge('h2'), language: edge('.language'), practice: edge('.practice') };
  });
  const left = await places();
  await frame.evaluate(() => {
    document.documentElement.dir = 'rtl';
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) node.data = node.data.replace(/[a-z]/gi, (letter) => String.fromCharCode(0x05d0 + (letter.toLowerCase().charCodeAt(0) - 97) % 22));
  });
  const right = await places();
  assert.ok(left.practice[0] < 100 && right.practice[1] < 100, JSON.stringify([left, right]));
  assert.ok(left.language[1] < 100 && right.language[0] < 100, JSON.stringify([left, right]));
  await page.context().close();
});

test('forced colours and reduced motion are respected', async () => {
  const page = await open('', { forcedColors: 'active', reducedMotion: 'reduce' });
  const frame = await shownForm(page);
  await fillForm(frame);
  await frame.getByRole('button', { name: 'Change: How do we reach you?' }).click();
  const style = await frame.getByLabel('Call me').evaluate((input) => ({
    input: getComputedStyle(input).appearance,
    offer: getComputedStyle(input.closest('.offer')).outlineStyle,
    moves: [...document.querySelectorAll('*')].filter((element) => {
      const { transitionDuration, animationName } = getComputedStyle(element);
      return animationName !== 'none' || transitionDuration.split(',').some((time) => parseFloat(time) > 0);
    }).length,
  }));
  assert.deepEqual(style, { input: 'auto', offer: 'solid', moves: 0 });
  await page.context().close();
});
