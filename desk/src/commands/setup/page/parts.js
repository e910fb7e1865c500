// What every screen of the page is made of: its words, the way to the program, elements, forms.
import { es } from './es.js';

export const LANGUAGES = { en: 'English', es: 'Español' };
export let language = navigator.language.startsWith('es') ? 'es' : 'en';
export const speak = (tag) => { language = tag; };
export const t = (text, parts = {}) => ((language === 'es' && es[text]) || text).replace(/\{(\w+)\}/g, (_, name) => parts[name]);

// ---- The program behind the page.

export class Refused extends Error {
  constructor(status, { what = '', todo = '', code = '', reason }) {
    super(what);
    Object.assign(this, { status, todo, code, reason });
  }
}

export async function ask(what, body = {}) {
  const session = sessionStorage.getItem('session');
  const headers = { 'Content-Type': 'application/json', ...session && { Authorization: `Bearer ${session}` } };
  let answer;
  try {
    answer = await fetch(`/api/${what}`, { method: 'POST', headers, body: JSON.stringify(body) });
  } catch {
    throw new Refused(0, {});
  }
  if (answer.ok) return answer.json();
  throw new Refused(answer.status, await answer.json().catch(() => ({})));
}

/** What is wrong, for people. Common things the page knows in both languages; the rest it says by its kind, with the command line's own words. */
export function words({ status, message, todo, code, reason }, known = {}) {
  if (status === 0) return [t('The program does not answer any more. Run the command again, and open the link that it prints.')];
  if (status === 401) return [t('This link was used already. Run the command again, and open the link that it prints.')];
  const own = known[reason] ?? known[code] ?? reasons()[reason];
  // Where a mistake is, the program says in its own words.
  if (own) return reason === 'not-manifest' ? [own, make('small', { lang: 'en' }, message)] : [own];
  if (!message) return [t('Something went wrong. Load the page again.')];
  const said = `${message}. ${todo}.`;
  if (language === 'en' || code === 'page') return [said];
  return [kinds()[code] ?? t('Something went wrong. Load the page again.'), make('small', { lang: 'en' }, said)];
}

const kinds = () => ({
  failed: t('The program could not do this on this machine.'),
  usage: t('This step is not possible now. Load the page again.'),
  locked: t('A passphrase is not the right one.'),
  relay: t('The relay did not answer, or did not agree.'),
  trust: t('What came back is not this practice’s.'),
  document: t('Something that was typed does not fit.'),
});

/** What can be told apart, with what to do. */
const reasons = () => ({
  closed: t('Your office is closed. Load the page again, and type your passphrase.'),
  passphrase: t('This passphrase does not open your credential. Look whether capital letters are locked; each file has its own passphrase.'),
  'root-passphrase': t('This passphrase does not open the root key. Look whether capital letters are locked; each file has its own passphrase.'),
  'no-root-key': t('The root key is not in this folder. Take it from where you keep it, and copy root.key into the folder; take it off again when you are done.'),
  'other-root': t('This root key belongs to another practice or another owner. Copy the root key that was made with your credential into the folder.'),
  'not-owner': t('This is not an owner’s credential. Only an owner has an office.'),
  taken: t('Somebody has or had this short name, or a file of this name lies here. A name stays with the person: take another one.'),
  gone: t('Nobody of this name works here any more. Load the page again.'),
  own: t('You cannot remove yourself: nobody could sign in to publish any more.'),
  'half-done': t('Half of it is done: who works here has changed, but your form still gives patients the old key. Publish your form again now.'),
  expired: t('Your form has ended, so this cannot be done yet. Publish your form again first.'),
  clock: t('By this machine’s clock, something was signed in the future. Set the clock, and try again.'),
  'not-manifest': t('This is not a manifest.json as the console saves it. Download it there once more, and choose that file.'),
  model: t('The scoring model has changed, and its number has not. Change it in the console under Practice, Scoring, which counts on; or raise scoring.version.'),
  'no-recovery': t('The recovery file is not in this folder. Take it from where you keep it, and copy recovery.credential into the folder; take it off again when you are done.'),
  'recovery-passphrase': t('These words do not open the recovery file. Look at the paper once more.'),
  'other-recovery': t('This recovery file belongs to another practice. Copy the one that was made with your root key into the folder.'),
  keyring: t('The practice’s keys do not open with this file. Look whether it is the newest one.'),
  log: t('What the relay shows is not what it showed before. Believe nothing that it shows, and ask whoever runs it.'),
  unreachable: t('The relay cannot be reached. Check the network, and try again.'),
  'not-let-in': t('The relay does not accept your credential: it was replaced or removed, or this machine’s clock is wrong. Use your newest credential file.'),
  unregistered: t('The relay does not know this practice. Ask whoever ran “anteroom init” to run “anteroom register”.'),
  newer: t('Somebody published something meanwhile, and nothing was changed here. Try again.'),
  'too-often': t('The relay was asked too often. Wait a few minutes, and try again.'),
});

// ---- Elements.

export function make(name, given = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (typeof value === 'boolean') element.toggleAttribute(key, value);
    else element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}
export const paragraph = (text, kind = '') => make('p', { class: kind }, text);
export const button = (text, press, kind = '') => make('button', { type: 'button', class: `button ${kind}`, onclick: press }, text);
const submit = (text) => make('button', { type: 'submit', class: 'button primary' }, text);

export function field(id, label, given = {}, hint) {
  const input = make('input', { id, name: id, type: 'text', autocomplete: 'off', required: true, ...hint && { 'aria-describedby': `${id}-hint` }, ...given });
  return make('div', { class: 'field' }, make('label', { for: id }, label), input, hint && make('small', { id: `${id}-hint` }, hint));
}
export const secret = (id, label, hint) => field(id, label, { type: 'password', autocomplete: 'new-password', spellcheck: 'false' }, hint);
export const opens = (id, label) => field(id, label, { type: 'password', spellcheck: 'false' });

export function pick(id, label, options, chosen) {
  const list = options.map(([value, text]) => make('option', { value, selected: value === chosen }, text));
  return make('div', { class: 'field' }, make('label', { for: id }, label), make('select', { id, name: id }, list));
}

/** A form that asks the program; `act` gets what was typed, and what it throws is told above the button. */
export function form(parts, press, act, known = () => ({}), busy = '', besides = []) {
  const wrong = make('p', { class: 'wrong', role: 'alert' });
  const waits = make('p', { class: 'busy', role: 'status' });
  const go = submit(press);
  const send = async (event) => {
    event.preventDefault();
    wrong.replaceChildren();
    go.disabled = true;
    waits.textContent = busy;
    try {
      await act(new FormData(event.target));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      wrong.replaceChildren(...words(error, known(error)));
    } finally {
      go.disabled = false;
      waits.textContent = '';
    }
  };
  return make('form', { class: 'card', onsubmit: send }, parts, wrong, make('div', { class: 'row' }, go, besides, waits));
}
export const refuse = (text) => { throw new Refused(422, { code: 'page', what: text, todo: t('Type it again') }); };

/** Names and values. */
export function facts(rows) {
  return make('dl', { class: 'facts' }, rows.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value))));
}
