// The form in a real Firefox, by geckodriver: filled in and sent; on a hostile page; under a strict policy; and where the
// policy leaves WebAssembly out.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Browser, Builder, By, until } from 'selenium-webdriver';
import firefox from 'selenium-webdriver/firefox.js';
import { PATIENT, SECRETS } from './form.mjs';
import { PHONE, openLab } from './lab.mjs';

let lab;
let driver;
let home;

before(async () => {
  lab = await openLab();
  home = await mkdtemp(path.join(tmpdir(), 'anteroom-firefox-'));
  const options = new firefox.Options().setBinary('/usr/bin/firefox-esr').addArguments('-headless');
  // Nothing of Firefox's own goes to the network.
  for (const [name, value] of [['app.update.enabled', false], ['datareporting.policy.dataSubmissionEnabled', false], ['network.captive-portal-service.enabled', false], ['network.connectivity-service.enabled', false], ['browser.safebrowsing.downloads.remote.enabled', false], ['services.settings.server', '']]) options.setPreference(name, value);
  const service = new firefox.ServiceBuilder('geckodriver').setEnvironment({ ...process.env, HOME: home, MOZ_REMOTE_SETTINGS_DEVTOOLS: '1' });
  driver = await new Builder().forBrowser(Browser.FIREFOX).setFirefoxOptions(options).setFirefoxService(service).build();
  await driver.manage().setTimeouts({ script: 20_000 });
  // The driver scrolls inside a frame of another origin, and not the page around it: all of the form has to be in sight.
  await driver.manage().window().setRect({ width: 1000, height: 3000 });
});
after(async () => {
  await driver?.quit();
  await lab?.close();
  if (home) await rm(home, { recursive: true, force: true });
});

const visible = (by) => driver.wait(until.elementLocated(by), 20_000).then((element) => driver.wait(until.elementIsVisible(element), 20_000));
const labelled = (text) => visible(By.xpath(`//label[contains(., "${text}")]`));
async function press(text, heading) {
  await (await visible(By.xpath(`//button[contains(., "${text}")]`))).click();
  await visible(By.xpath(`//h2[contains(., "${heading}")]`));
}
const write = async (id, text) => (await visible(By.css(`[id="${id}"]`))).sendKeys(text);

/** The frames in the loader's closed shadow root, which opens to a driver alone. */
async function frames() {
  const host = await driver.findElement(By.css('[data-anteroom]'));
  return (await host.getShadowRoot()).findElements(By.css('iframe'));
}

/** Opens `url` and goes into the form's frame. */
async function openForm(url) {
  await driver.get(url);
  await driver.wait(async () => (await driver.executeScript('return !!window.anteroom')), 20_000);
  const [frame] = await frames();
  await driver.switchTo().frame(frame);
  await visible(By.id('needs'));
}

async function fillAndSend() {
  await (await visible(By.id('service'))).sendKeys(PATIENT.service);
  await write('needs', PATIENT.needs);
  await press('Continue', 'How do we reach you?');
  await write('name', PATIENT.name);
  await (await labelled('Call me')).click();
  await write('phone', PATIENT.phone);
  await press('Continue', 'A few details');
  await (await labelled('This week')).click();
  await press('Continue', 'Almost done');
  await (await labelled('I agree that')).click();
  await press('Review your answers', 'Does this look right?');
  await press('Send securely', `Thank you, ${PATIENT.name}`);
  await visible(By.xpath('//*[contains(., "has safely reached")]'));
  return (await (await visible(By.css('output'))).getText()).trim();
}

const page = (name, head = '', headers = {}) => lab.page(name, `<!doctype html><html lang="en"><title>Contact</title>${head}<h1>Contact us</h1>SNIPPET`, headers);
const strict = (extra = " 'wasm-unsafe-eval'") => ({ 'content-security-policy': `default-src 'none'; script-src ${lab.relay}${extra}; connect-src ${lab.relay}; frame-src 'none'; base-uri 'none'; form-action 'none'` });

test('filled in and sent from Firefox, read by the practice', async () => {
  await openForm(page('firefox'));
  const reference = await fillAndSend();
  const shown = await lab.anteroom('inbox', 'show', reference, '--credential', lab.coordinator);
  for (const answer of [PATIENT.name, 'zanzibar', '555-0142']) assert.ok(shown.includes(answer), `${answer} is missing in\n${shown}`);
});

test('hostile styles and a spying script get nothing in Firefox either', async () => {
  const spy = `<style>*{display:none!important;color:red!important}html,body{display:block!important}</style><script>
    window.seen = [];
    for (const type of ['keydown', 'input', 'change', 'click']) addEventListener(type, (event) => seen.push(type + event.key + event.target?.value), true);
    const post = MessagePort.prototype.postMessage; MessagePort.prototype.postMessage = function (...args) { seen.push(JSON.stringify(args[0])); return post.apply(this, args); };
  </script>`;
  await openForm(page('firefox-hostile', spy));
  await fillAndSend();
  await driver.switchTo().defaultContent();
  const seen = await driver.executeScript('return JSON.stringify([window.seen, { ...localStorage }])');
  assert.ok(seen.includes('anteroom:'), 'it does look');
  for (const secret of SECRETS) assert.ok(!seen.toLowerCase().includes(secret.toLowerCase()), `the page saw “${secret}”`);
  const [frame] = await frames();
  const reached = await driver.executeScript('try { return arguments[0].contentDocument ?? (arguments[0].contentWindow.document && "open"); } catch (error) { return error.name; }', frame);
  assert.equal(reached, 'SecurityError');
});

test('under a strict policy it runs in Firefox', async () => {
  await openForm(page('firefox-strict', '', strict()));
  await fillAndSend();
});

test('without wasm-unsafe-eval Firefox shows the phone number', async () => {
  await driver.get(page('firefox-no-wasm', '', strict('')));
  await visible(By.linkText(PHONE));
  assert.equal((await frames()).length, 0);
});

test('the practice’s console opens in Firefox, with the pages that are fetched later', async () => {
  await lab.anteroom('demo', 'seed', '--count', '2', '--credential', lab.owner);
  await driver.get(`${lab.relay}/console/`);
  await (await driver.wait(until.elementLocated(By.css('input[type="file"]')), 20_000)).sendKeys(lab.owner);
  await write('passphrase', lab.passphrase);
  await (await visible(By.xpath('//button[contains(., "Unlock")]'))).click();
  for (const name of ['Reports', 'Pipeline']) {
    await (await visible(By.xpath(`//button[contains(@class, "part")][contains(., "${name}")]`))).click();
    await visible(By.xpath(`//h1[. = "${name}"]`));
  }
});

test('the preview of the form stands in Firefox too', async () => {
  await (await visible(By.xpath('//button[contains(@class, "part")][contains(., "Practice")]'))).click();
  await (await visible(By.xpath('//button[. = "Form"]'))).click();
  const frame = await driver.wait(until.elementLocated(By.css('.preview-host iframe:not(.waiting)')), 30_000);
  await driver.switchTo().frame(frame);
  await visible(By.xpath('//h2[. = "How can we help?"]'));
  await driver.switchTo().defaultContent();
});
