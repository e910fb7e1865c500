// The guide of `anteroom setup`. It holds no key: it asks, shows, and tells the program behind it what the owner said.
// A session lives as long as the tab; passphrases and words are in the page only while they are typed or shown.
import { es } from './es.js';

const LANGUAGES = { en: 'English', es: 'Español' };
let language = navigator.language.startsWith('es') ? 'es' : 'en';
const t = (text, parts = {}) => ((language === 'es' && es[text]) || text).replace(/\{(\w+)\}/g, (_, name) => parts[name]);

const ZONES = [
  ['Eastern', -300, 'united-states'], ['Central', -360, 'united-states'], ['Mountain', -420, 'united-states'], ['Arizona', -420, 'none'],
  ['Pacific', -480, 'united-states'], ['Alaska', -540, 'united-states'], ['Hawaii', -600, 'none'], ['Atlantic', -240, 'none'],
];
const SHORTEST = 12;

// ---- The program behind the page.

class Refused extends Error {
  constructor(status, { what = '', todo = '', code = '' }) {
    super(what);
    Object.assign(this, { status, todo, code });
  }
}

async function ask(what, body = {}) {
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
function words({ status, message, todo, code }, known = {}) {
  if (status === 0) return [t('The program does not answer any more. Run the command again, and open the link that it prints.')];
  if (status === 401) return [t('This link was used already. Run the command again, and open the link that it prints.')];
  if (known[code]) return [known[code]];
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

// ---- Elements.

function make(name, given = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (typeof value === 'boolean') element.toggleAttribute(key, value);
    else element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return element;
}
const paragraph = (text, kind = '') => make('p', { class: kind }, text);
const button = (text, press, kind = '') => make('button', { type: 'button', class: `button ${kind}`, onclick: press }, text);
const submit = (text) => make('button', { type: 'submit', class: 'button primary' }, text);

function field(id, label, given = {}, hint) {
  const input = make('input', { id, name: id, type: 'text', autocomplete: 'off', required: true, ...hint && { 'aria-describedby': `${id}-hint` }, ...given });
  return make('div', { class: 'field' }, make('label', { for: id }, label), input, hint && make('small', { id: `${id}-hint` }, hint));
}
const secret = (id, label, hint) => field(id, label, { type: 'password', autocomplete: 'new-password', spellcheck: 'false' }, hint);
const opens = (id, label) => field(id, label, { type: 'password', spellcheck: 'false' });

function pick(id, label, options, chosen) {
  const list = options.map(([value, text]) => make('option', { value, selected: value === chosen }, text));
  return make('div', { class: 'field' }, make('label', { for: id }, label), make('select', { id, name: id }, list));
}

/** A form that asks the program; `act` gets what was typed, and what it throws is told above the button. */
function form(parts, press, act, known = () => ({}), busy = '') {
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
  return make('form', { class: 'card', onsubmit: send }, parts, wrong, make('div', { class: 'row' }, go, waits));
}
const refuse = (text) => { throw new Refused(422, { code: 'page', what: text, todo: t('Type it again') }); };

/** Two fields that must say the same, and the passphrase. */
function twice(data, name, label) {
  const [one, two] = [data.get(name), data.get(`${name}-again`)];
  if (one.length < SHORTEST) refuse(t('{file}: the passphrase has fewer than 12 characters', { file: label }));
  if (one !== two) refuse(t('{file}: the two passphrases differ', { file: label }));
  return one;
}

// ---- The steps.

const STEPS = [
  ['facts', 'Your practice'], ['keys', 'Keys'], ['kit', 'Recovery kit'], ['live', 'Go live'],
  ['staff', 'Colleagues'], ['form', 'Your form'], ['website', 'Your website'],
];
const AFTER = ['staff', 'form', 'website'];
/** What the program knows; what is looked at once the practice is live; words that are shown this one time. */
let state;
let after = 'staff';
let shown;

const at = () => (state.stage === 'done' ? after : state.stage);

const screens = {
  facts() {
    const facts = state.facts ?? {};
    const zone = facts.zone ? ZONES.findIndex(([, minutes, rule]) => minutes === facts.zone.utc_offset_minutes && rule === (facts.zone.daylight ?? 'none')) : 0;
    const spoken = facts.languages ?? ['en', 'es'];
    const tongues = Object.entries(LANGUAGES).map(([tag, name]) =>
      make('label', { class: 'check' }, make('input', { type: 'checkbox', name: 'languages', value: tag, checked: spoken.includes(tag) }), name));
    const id = { pattern: '[a-z0-9]([a-z0-9\\-]*[a-z0-9])?', spellcheck: 'false', autocapitalize: 'none' };
    return [
      paragraph(t('What patients see, and how this practice is called where programs talk about it. You can change all but the two short names later.'), 'lede'),
      form([
        make('div', { class: 'two' },
          field('name', t('Name of the practice'), { value: facts.name ?? '' }),
          field('phone', t('Phone number'), { type: 'tel', value: facts.phone ?? '' }, t('It stands on your website whenever the form cannot.'))),
        make('div', { class: 'two' },
          field('practice', t('Short name of the practice'), { ...id, value: facts.practice ?? '' }, t('Small letters, digits and hyphens, such as lakeside-ortho. It cannot be changed.')),
          field('owner', t('Your own short name'), { ...id, value: facts.owner ?? '' }, t('Such as maria-lopez. It stands beside what you do.'))),
        make('fieldset', {}, make('legend', {}, t('Languages of the form')), tongues),
        pick('zone', t('Time zone'), ZONES.map(([zone], place) => [String(place), t(zone)]), String(zone)),
        field('relay', t('Address of the relay'), { type: 'url', placeholder: 'https://', value: facts.relay ?? state.relay ?? '' }, t('From whoever runs it. It stores what it cannot read.')),
      ], t('Go on'), async (data) => {
        const [, minutes, daylight] = ZONES[data.get('zone')];
        const told = Object.fromEntries(['name', 'phone', 'practice', 'owner', 'relay'].map((one) => [one, data.get(one).trim()]));
        draw(await ask('facts', { ...told, languages: data.getAll('languages'), zone: { utc_offset_minutes: minutes, daylight } }));
      }, () => ({
        relay: t('The relay does not answer there. Check its address.'),
        document: t('A name, a phone number of at least seven digits and one language are needed.'),
      }), t('Looking whether the relay answers…')),
    ];
  },

  keys() {
    const root = t('Root key');
    const owner = t('Your credential');
    return [
      paragraph(t('This program makes your keys on this machine. Each file has a passphrase of its own: five or six unrelated words, written down where only you look.'), 'lede'),
      form([
        make('h2', {}, root),
        paragraph(t('Signs what you publish and who works here. You need it rarely; keep it offline, and a copy in a safe.'), 'fine'),
        make('div', { class: 'two' }, secret('root', t('Passphrase of the root key')), secret('root-again', t('The same again'))),
        make('h2', {}, owner),
        paragraph(t('Opens the console for you, every day.'), 'fine'),
        make('div', { class: 'two' }, secret('owner', t('Passphrase of your credential')), secret('owner-again', t('The same again'))),
      ], t('Make the keys'), async (data) => {
        const given = { root: twice(data, 'root', root), owner: twice(data, 'owner', owner) };
        if (given.root === given.owner) refuse(t('The two files need two passphrases'));
        const { words: made } = await ask('keys', given);
        shown = made;
        draw(await ask('state'));
      }, () => ({}), t('Making five keys; this can take a minute…')),
      back(),
    ];
  },

  kit() {
    if (shown) {
      const list = make('ol', { class: 'words' }, shown.split('-').map((word) => make('li', {}, word)));
      return [
        paragraph(t('If every credential is lost, these words and the recovery file open what patients sent. They are shown this one time: print them, or write them down.'), 'lede'),
        make('section', { class: 'card sheet', 'aria-labelledby': 'sheet' },
          make('h2', { id: 'sheet' }, t('Recovery kit of {name}', { name: state.facts.name })),
          list,
          facts([
            [t('Passphrase as it is typed'), make('span', { class: 'mono' }, shown)],
            [t('It opens the file'), make('span', { class: 'mono' }, state.files.recovery)],
            [t('Practice'), make('span', { class: 'mono' }, state.facts.practice)],
            [t('Pin'), make('span', { class: 'mono' }, state.pin)],
          ]),
          paragraph(t('Keep this sheet in a safe. Copy the file to a stick that lies in another place, and take it off this machine when all is done.'), 'fine')),
        make('div', { class: 'row no-print' },
          button(t('Print'), () => print()),
          button(t('I have it on paper'), () => { shown = null; draw(state); }, 'primary')),
      ];
    }
    return [
      paragraph(t('Type the words from the paper. The program opens the recovery file with them, and a test message with what is in it. Nothing goes live before that works.'), 'lede'),
      form([
        field('words', t('The six words'), { spellcheck: 'false', autocapitalize: 'none' }),
      ], t('Try the kit'), async (data) => draw(await ask('kit', { words: data.get('words') })),
      () => ({ locked: t('These words do not open the recovery file. Look at the paper once more.') }), t('Opening a test message…')),
      make('div', { class: 'row' }, paragraph(t('No paper? Nobody can show the words again. Nothing is live yet: make new keys.'), 'fine'),
        button(t('Start over with new keys'), async () => draw(await ask('over')), 'quiet')),
    ];
  },

  live() {
    return [
      paragraph(t('The recovery kit works: a test message was sealed as a patient’s browser does it, and opened with the kit and with your credential.'), 'good'),
      paragraph(t('Now the practice is told to the relay: its public keys, its form, and that you work there. Nothing secret leaves this machine.'), 'lede'),
      form([
        field('invite', t('Invite'), { spellcheck: 'false', autocapitalize: 'none' }, t('From whoever runs the relay. It serves once.')),
      ], t('Go live'), async (data) => draw(await ask('live', { invite: data.get('invite') })), ({ todo }) => ({
        relay: todo.startsWith('the relay knows a practice of this name')
          ? t('The relay knows a practice of this short name already. Begin in another folder, with another short name.')
          : t('The relay does not accept this invite, or does not answer. An invite serves once: ask whoever runs the relay for a new one.'),
      }), t('Registering…')),
    ];
  },

  staff() {
    const people = state.staff.map((name) => make('li', {}, make('span', { class: 'mono' }, name)));
    const made = shown && make('section', { class: 'card sheet', 'aria-labelledby': 'sheet' },
      make('h2', { id: 'sheet' }, t('Credential of {name}', { name: shown.name })),
      facts([
        [t('File'), make('span', { class: 'mono' }, shown.file)],
        [t('Passphrase as it is typed'), make('strong', { class: 'mono' }, shown.words)],
        [t('Console'), make('span', { class: 'mono' }, consoleAddress())],
      ]),
      paragraph(t('Hand the file over in person, and the passphrase by another way. It is shown this one time.'), 'fine'),
      make('div', { class: 'row no-print' }, button(t('Print'), () => print()), button(t('Done'), () => { shown = null; draw(state); })));
    return [
      paragraph(t('Each colleague gets a credential file, with which the console opens on their machine. You can do this later as well.'), 'lede'),
      made,
      people.length ? make('section', { class: 'card' }, make('h2', {}, t('Invited')), make('ul', { class: 'people' }, people)) : null,
      form([
        make('div', { class: 'two' },
          field('name', t('Their short name'), { pattern: '[a-z0-9]([a-z0-9\\-]*[a-z0-9])?', spellcheck: 'false', autocapitalize: 'none' }, t('Such as sam-rivera.')),
          pick('role', t('What they may do'), [['coordinator', t('Reads and works inquiries')], ['owner', t('The same, and erases')], ['auditor', t('Reads the access log, no inquiries')]], 'coordinator')),
        make('div', { class: 'two' }, opens('root', t('Passphrase of the root key')), opens('owner', t('Passphrase of your credential'))),
      ], t('Make their credential'), async (data) => {
        const given = Object.fromEntries(data);
        const { file, words: made, state: next } = await ask('staff', given);
        shown = { name: given.name, file, words: made };
        draw(next);
      }, () => ({
        locked: t('A passphrase is not the right one.'),
        failed: t('This did not work. A short name that somebody here has or had cannot be given again.'),
      }), t('Making their keys…')),
      onward(),
    ];
  },

  form() {
    return [
      paragraph(t('Your practice began with a plain form. Change it in the console: under Practice, Form, you see it as patients will.'), 'lede'),
      make('section', { class: 'card' },
        make('ol', { class: 'facts' },
          [t('Open the console, and unlock it with your credential file.'), t('Change services, questions, texts and hours, and download what you made.'), t('Publish it with the root key:')]
            .map((text, place) => make('li', {}, `${place + 1}. ${text}`))),
        make('pre', {}, `anteroom manifest publish manifest.json --dir ${state.folder}`),
        make('div', { class: 'row' }, make('a', { class: 'button primary', href: consoleAddress(), target: '_blank', rel: 'noopener noreferrer' }, t('Open the console')))),
      onward(),
    ];
  },

  website() {
    const copied = make('span', { class: 'busy', role: 'status' });
    const copy = async () => {
      await navigator.clipboard.writeText(state.snippet);
      copied.textContent = t('Copied.');
    };
    return [
      paragraph(t('Paste these lines into the page where the form is to be, or send them to whoever looks after your website. They hold nothing secret.'), 'lede'),
      make('section', { class: 'card sheet' },
        make('h2', {}, t('For the website of {name}', { name: state.facts.name })),
        make('pre', {}, state.snippet),
        make('div', { class: 'row no-print' }, button(t('Copy'), copy, 'primary'), button(t('Print'), () => print()), copied)),
      make('section', { class: 'card' },
        make('h2', {}, t('Last, take these off this machine')),
        facts([[t('Root key'), make('span', { class: 'mono' }, state.files.root)], [t('Recovery kit'), make('span', { class: 'mono' }, state.files.recovery)]]),
        paragraph(t('Onto two sticks that lie in two places. The daily work needs neither.'), 'fine')),
      make('div', { class: 'row' }, button(t('All done: end the program'), async () => {
        await ask('end');
        sessionStorage.clear();
        document.body.replaceChildren(paragraph(t('Your practice is set up. You can close this page.'), 'boot'));
      }, 'primary')),
    ];
  },
};

function facts(rows) {
  return make('dl', { class: 'facts' }, rows.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value))));
}
const consoleAddress = () => `${state.facts.relay.replace(/\/+$/, '')}/console/`;
const show = (step) => { after = step; shown = null; draw(state); };
const onward = () => make('div', { class: 'row' }, button(t('Go on'), () => show(AFTER[AFTER.indexOf(after) + 1]), 'primary'));
const back = () => make('div', { class: 'row' }, button(t('Back'), () => draw({ ...state, stage: 'facts' }), 'quiet'));

// ---- The page.

function draw(next) {
  state = next;
  document.documentElement.lang = language;
  document.title = t('Set up Anteroom');
  const now = STEPS.findIndex(([step]) => step === at());
  const item = ([step, name], place) => {
    const done = place < now;
    // Once the practice is live, what follows can be done in any order.
    const free = state.stage === 'done' && AFTER.includes(step) && place !== now;
    const label = make('span', {}, t(name));
    return make('li', { 'data-number': place + 1, ...done && { 'data-is': 'done' }, ...place === now && { 'aria-current': 'step' } },
      free ? make('button', { type: 'button', onclick: () => show(step) }, t(name)) : label);
  };
  const tongue = make('select', { 'aria-label': t('Language'), onchange: ({ target }) => { language = target.value; draw(state); } },
    Object.entries(LANGUAGES).map(([tag, name]) => make('option', { value: tag, selected: tag === language }, name)));
  const title = make('h1', { tabindex: -1 }, t(STEPS[now][1]));
  document.body.replaceChildren(make('div', { class: 'frame' },
    make('header', { class: 'top' }, make('span', { class: 'brand' }, t('Set up Anteroom')), tongue),
    make('nav', { 'aria-label': t('Steps') }, make('ol', { class: 'way' }, STEPS.map(item))),
    make('main', {}, title, screens[at()]())));
  title.focus();
}

async function begin() {
  const token = location.hash.slice(1);
  // Neither history nor a bookmark keeps it.
  history.replaceState(null, '', '/');
  try {
    if (token) sessionStorage.setItem('session', (await ask('enter', { token })).session);
    draw(await ask('state'));
  } catch (error) {
    document.body.replaceChildren(make('p', { class: 'boot', role: 'alert' }, ...words(error)));
  }
}
begin();
