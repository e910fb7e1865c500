// How a person fills in the form: by what the labels say.

import assert from 'node:assert/strict';
import { PHONE } from './lab.mjs';

/** A visibly synthetic person. Each answer is a text that can be searched for in what is stored and sent. */
export const PATIENT = {
  service: 'Knee replacement',
  needs: 'Can I book a consultation for my left knee this week? It has hurt since the zanzibar marathon.',
  name: 'Wilhelmina Quartermaine',
  phone: '(555) 555-0142',
  carrier: 'Sample Mutual',
  physician: 'Doctor Bartholomew Example',
};

/** What may never be seen outside the frame and the practice. */
export const SECRETS = ['zanzibar', 'Wilhelmina', 'Quartermaine', '555-0142', '5550142', 'Bartholomew'];

/** Goes to `url` and waits for the form's frame to show its first question. */
export async function openForm(page, url) {
  await page.goto(url);
  return shownForm(page);
}

export async function shownForm(page) {
  const frame = await formFrame(page);
  await frame.getByLabel('Tell us a little about it').waitFor();
  return frame;
}

async function formFrame(page) {
  for (let tries = 0; tries < 100; tries += 1) {
    const frame = page.frames().find((candidate) => candidate.parentFrame() === page.mainFrame() && !candidate.isDetached());
    if (frame) return frame;
    await page.waitForTimeout(50);
  }
  throw new Error('the page has no frame');
}

const byMouse = (locator) => locator.click();

/**
 * For a form in a dialog. Chromium learns the place and size of a frame of another process only with the next pictures, and
 * a click at once after the dialog scrolled or the form grew goes to the page around it.
 */
export const byKeyboard = (locator) => locator.press('Space');

/**
 * Waits for a step or screen, and until its heading has the keyboard's focus: the form puts it there with the next picture,
 * and a key that is pressed before that goes to the heading.
 */
async function arrive(frame, heading) {
  await frame.waitForFunction((text) => document.activeElement?.tagName === 'H2' && document.activeElement.textContent === text, heading);
}

/** Fills in every step, up to the review; `press` presses buttons and ticks boxes. */
export async function fillForm(frame, patient = PATIENT, press = byMouse) {
  await frame.getByLabel('What are you looking for?').selectOption({ label: patient.service });
  await frame.getByLabel('Tell us a little about it').pressSequentially(patient.needs, { delay: 2 });
  await press(frame.getByRole('button', { name: 'Continue' }));
  await arrive(frame, 'How do we reach you?');
  await frame.getByLabel('Your name').fill(patient.name);
  await press(frame.getByLabel('Call me'));
  await frame.getByLabel('Phone number').fill(patient.phone);
  await press(frame.getByRole('button', { name: 'Continue' }));
  await arrive(frame, 'A few details, if you like');
  await press(frame.getByLabel('This week'));
  await press(frame.getByLabel('I have insurance'));
  await frame.getByLabel('Insurance company').fill(patient.carrier);
  await press(frame.getByRole('group', { name: 'Did a physician refer you?' }).getByLabel('Yes'));
  await frame.getByLabel("Physician's name").fill(patient.physician);
  await press(frame.getByRole('button', { name: 'Continue' }));
  await arrive(frame, 'Almost done');
  await press(frame.getByLabel(/^I agree/));
  await press(frame.getByRole('button', { name: 'Review your answers' }));
  await arrive(frame, 'Does this look right?');
}

/** Sends what is under review; returns the reference that the person is given. */
export async function send(frame) {
  await frame.getByRole('button', { name: 'Send securely' }).click();
  await frame.getByText('Thank you, Wilhelmina').waitFor();
  return (await frame.getByTestId('reference').textContent()).trim();
}

/** The form is not there, and the practice's phone number is. */
export async function assertFallback(page) {
  await page.waitForFunction(() => document.querySelectorAll('iframe').length === 0);
  await page.getByRole('link', { name: PHONE }).waitFor({ state: 'visible', timeout: 30_000 });
  const frames = page.frames().filter((frame) => frame.parentFrame());
  for (const frame of frames) {
    // A frame that goes away while it is looked at shows nothing either.
    const fields = await frame.locator('input, textarea, select').count().catch((error) => {
      if (frame.isDetached()) return 0;
      throw error;
    });
    assert.equal(fields, 0, 'no field may be shown when trust fails');
  }
}
