// The owner's office: what there is to do once the practice is live. Who works here, the form, the website, the kit. Each thing that
// is published asks for the root key's passphrase; the owner's own is asked for once, and kept by nobody.
import { LANGUAGES, Refused, ask, button, facts, field, form, language, make, opens, paragraph, pick, t, words } from './parts.js';

const PAGES = [['people', 'Who works here'], ['form', 'Your form'], ['website', 'Your website'], ['recovery', 'Recovery kit']];
let page = 'people';
/** The practice went live just now, so that the pages are also the next steps. */
let isNew = false;
/** What somebody is about to do: {what, name}. */
let doing;
/** A credential whose words are shown this one time, and what is said of what was done. */
let shown;
let said;
/** The file that somebody chose to publish, and what the program found in it. */
let chosen;
/** As the program told it. */
let state;
let draw;

export function enterOffice() {
  [isNew, page] = [true, 'people'];
}

const redraw = () => draw(state);
const show = (next) => { [page, doing, said, chosen] = [next]; redraw(); };
const begin = (what, name) => { [doing, said] = [{ what, name }]; redraw(); };
const stop = () => { doing = undefined; redraw(); };
/** What was done, in a sentence; the screen as it is then. */
const did = (text, next) => { [doing, said] = [undefined, text]; draw(next); };

const date = (ms) => new Date(ms).toLocaleDateString(language, { dateStyle: 'medium' });
const mono = (text) => make('span', { class: 'mono' }, text);
const rootPassphrase = () => opens('root', t('Passphrase of the root key'));
const consoleAddress = () => `${state.facts.relay.replace(/\/+$/, '')}/console/`;
const onward = () => isNew && page !== 'website'
  && make('div', { class: 'row' }, button(t('Go on'), () => show(PAGES[PAGES.findIndex(([one]) => one === page) + 1][0]), 'primary'));
const roles = () => ({ coordinator: t('Reads and works inquiries'), owner: t('Reads and works inquiries, and erases'), auditor: t('Reads the access log, no inquiries') });

/** A form for what was begun; half of it may be done when it fails. */
function action(title, parts, press, act, { known = () => ({}), busy = t('Publishing…'), kind = '', leave = stop } = {}) {
  const send = async (data) => {
    try {
      await act(data);
    } catch (error) {
      if (error.reason === 'half-done') state = await ask('state');
      throw error;
    }
  };
  const made = form([make('h2', { tabindex: -1 }, title), parts], press, send, known, busy, [button(t('Cancel'), leave, 'quiet')]);
  if (kind) made.querySelector('[type="submit"]').classList.add(kind);
  return made;
}

// ---- Before anything: whose office this is.

function closed() {
  const names = state.facts ? [state.facts.owner] : state.credentials;
  if (names.length === 0) {
    return [paragraph(t('No credential lies in this folder, only what else belongs to a practice. Copy yours into it, and load this page again. If it is lost, run “anteroom recovery use”.'), 'lede'), end()];
  }
  const whose = names.length > 1
    ? pick('owner', t('Your own short name'), names.map((name) => [name, name]), names[0])
    : facts([[t('Your own short name'), mono(names[0])]]);
  return [
    paragraph(t('Type the passphrase of your credential. The program opens it, and keeps it open until you end the program; this page keeps nothing.'), 'lede'),
    form([whose, opens('passphrase', t('Passphrase of your credential'))], t('Open your office'), async (data) => {
      draw(await ask('open', { owner: data.get('owner') ?? names[0], passphrase: data.get('passphrase') }));
    }, () => ({}), t('Looking who works here…')),
    end(),
  ];
}

function end(text = t('End the program'), kind = 'quiet') {
  return make('div', { class: 'row no-print' }, button(text, async () => {
    await ask('end');
    sessionStorage.clear();
    document.body.replaceChildren(paragraph(t('The program has ended. You can close this page.'), 'boot'));
  }, kind));
}

// ---- Who works here.

function sheet() {
  return make('section', { class: 'card sheet', 'aria-labelledby': 'sheet' },
    make('h2', { id: 'sheet', tabindex: -1 }, t('Credential of {name}', { name: shown.name })),
    facts([
      [t('File'), mono(shown.file)],
      [t('Passphrase as it is typed'), make('strong', { class: 'mono' }, shown.words)],
      ...(state.facts ? [[t('Console'), mono(consoleAddress())]] : []),
    ]),
    paragraph(shown.own
      ? t('Write the passphrase down: it opens your credential from now on, and is shown this one time.')
      : t('Hand the file over in person, and the passphrase by another way. It is shown this one time.'), 'fine'),
    shown.trouble && paragraph(t('The credential is good, but not all of the rest was done: publish your form again now, so that patients get the new key.'), 'wrong'),
    make('div', { class: 'row no-print' }, button(t('Print'), () => print()), button(t('Done'), () => { shown = undefined; redraw(); }, 'primary')));
}

function person({ name, role, since, until, active, own }) {
  const when = until ? t('{since} to {until}', { since: date(since), until: date(until) }) : t('since {since}', { since: date(since) });
  const press = (text, what) => make('button', { type: 'button', class: 'button', 'aria-label': `${text}: ${name}`, onclick: () => begin(what, name) }, text);
  return make('li', active ? {} : { class: 'former' },
    make('div', { class: 'who' }, make('strong', { class: 'mono' }, name), own && make('span', { class: 'tag' }, t('you')),
      !active && make('span', { class: 'tag' }, t('no access any more'))),
    make('div', { class: 'fine' }, `${roles()[role]} · ${when}`),
    active && make('div', { class: 'row' }, press(t('New keys'), 'rotate'), !own && press(t('Remove'), 'remove')));
}

/** Who reads inquiries has had the key that patients seal to. */
const reads = (name) => state.office.staff.find((one) => one.name === name)?.role !== 'auditor';

const doings = {
  remove: (name) => action(t('Remove {name}', { name }), [
    make('ul', { class: 'list' },
      make('li', {}, t('From now on their credential opens nothing and signs nothing.')),
      reads(name) && make('li', {}, t('Patients get a new key, which they never had: what is sent from now on they cannot read.')),
      reads(name) && make('li', {}, t('What they could read until now they may have kept. No program can take that back.')),
      make('li', {}, t('Their name stays with what they did, and is not given again.'))),
    rootPassphrase(),
  ], t('Remove {name}', { name }), async (data) => 
    did(reads(name) ? t('{name} no longer works here. Patients get a new key.', { name }) : t('{name} no longer works here.', { name }), await ask('remove', { name, root: data.get('root') })),
  { busy: t('Making a new key, and publishing…'), kind: 'grave' }),

  rotate: (name) => {
    const own = name === state.facts.owner;
    return action(t('New keys for {name}', { name }), [
      make('ul', { class: 'list' },
        make('li', {}, t('For when the credential file or its passphrase is lost, or may be known to others.')),
        make('li', {}, t('The old file opens nothing new and signs nothing from then on. What was signed with it stays good.')),
        reads(name) && make('li', {}, t('Patients get a new key too, since whoever had the old file could read.')),
        make('li', {}, own
          ? t('The new file takes the place of yours in this folder. Copy it to wherever you use the console.')
          : t('The new file lies in this folder then, with a new passphrase that you are shown once.'))),
      rootPassphrase(),
    ], t('Make new keys'), async (data) => hand({ name, own }, await ask('rotate', { name, root: data.get('root') })), { busy: t('Making their keys…') });
  },

  retain: () => {
    const now = state.office.retention_days;
    return action(t('How long inquiries are kept'), [
      paragraph(t('The relay deletes what is in an inquiry, and all that was noted on it, so many days after the last entry. Nobody can bring it back, and there may be records that the law makes you keep: ask before you choose.'), 'note'),
      field('days', t('Days after the last entry'), { type: 'number', min: 30, max: 36500, step: 1, inputmode: 'numeric', required: false, value: now ?? '' }, t('30 or more. Leave it empty to delete nothing by itself.')),
      rootPassphrase(),
    ], t('Publish this'), async (data) => {
      const days = data.get('days') === '' ? null : Number(data.get('days'));
      did(days ? t('Inquiries are deleted {days} days after their last entry.', { days }) : t('Nothing is deleted by itself.'), await ask('retain', { days, root: data.get('root') }));
    });
  },

  renew: () => {
    const { version, says } = state.office.manifest;
    return action(t('Publish it again for a year'), [
      paragraph(t('Version {next} says what version {version} says, and is valid for a year from today.', { version, next: version + 1 })),
      facts(rows(says)),
      rootPassphrase(),
    ], t('Publish version {version}', { version: version + 1 }), async (data) => published(await ask('publish', { manifest: null, root: data.get('root') })));
  },

  add: () => action(t('Invite a colleague'), [
    paragraph(t('They get a credential file, with which the console opens on their machine.'), 'fine'),
    make('div', { class: 'two' },
      field('name', t('Their short name'), { pattern: '[a-z0-9]([a-z0-9\\-]*[a-z0-9])?', spellcheck: 'false', autocapitalize: 'none' }, t('Such as sam-rivera.')),
      pick('role', t('What they may do'), Object.entries(roles()), 'coordinator')),
    paragraph(t('A role stays with the name: what somebody signed is checked against it. For another role, invite them under another short name, and remove this one.'), 'fine'),
    rootPassphrase(),
  ], t('Make their credential'), async (data) => {
    const given = Object.fromEntries(data);
    hand({ name: given.name }, await ask('staff', given));
  }, { busy: t('Making their keys…') }),
};

function hand(whose, { file, words, trouble, state: next }) {
  [shown, doing, said] = [{ ...whose, file, words, trouble }];
  draw(next);
}

const screens = {
  people() {
    const { staff, retention_days: days } = state.office;
    const order = [...staff].sort((one, two) => two.active - one.active);
    return [
      isNew && paragraph(t('Your practice is live. Invite those who answer, make the form yours, and put it on your website.'), 'good'),
      doing && doings[doing.what](doing.name),
      make('section', { class: 'card', 'aria-labelledby': 'people' },
        make('h2', { id: 'people' }, t('People')),
        make('ul', { class: 'people' }, order.map(person)),
        doing?.what !== 'add' && make('div', { class: 'row' }, button(t('Invite a colleague'), () => begin('add'), 'primary'))),
      make('section', { class: 'card', 'aria-labelledby': 'kept' },
        make('h2', { id: 'kept' }, t('How long inquiries are kept')),
        paragraph(days ? t('Inquiries are deleted {days} days after their last entry.', { days }) : t('Nothing is deleted by itself.')),
        doing?.what !== 'retain' && make('div', { class: 'row' }, button(t('Change this'), () => begin('retain')))),
      onward(),
      end(),
    ];
  },

  form() {
    const { manifest } = state.office;
    const year = doing?.what === 'renew' && doings.renew();
    return [
      year || paragraph(t('What patients see on your website: services, questions, texts and hours, signed by your root key. It ends after a year and has to be published again.'), 'lede'),
      make('section', { class: 'card', 'aria-labelledby': 'now' },
        make('h2', { id: 'now' }, t('In force')),
        ends(manifest),
        facts([[t('Version'), String(manifest.version)], ...rows(manifest.says)]),
        !year && make('div', { class: 'row' }, button(t('Publish it again for a year'), () => begin('renew')))),
      make('section', { class: 'card', 'aria-labelledby': 'change' },
        make('h2', { id: 'change' }, t('Change it')),
        make('ol', { class: 'list numbers' },
          [t('Open the console, and unlock it with your credential file.'), t('Under Practice, Form, change services, questions, texts and hours; you see the form as patients will.'), t('Download what you made, and choose the file here: manifest.json.')]
            .map((text) => make('li', {}, text))),
        make('div', { class: 'row' }, make('a', { class: 'button', href: consoleAddress(), target: '_blank', rel: 'noopener noreferrer' }, t('Open the console'))),
        choose()),
      chosen && (chosen.mistakes ? wrong() : coming()),
      onward(),
      end(),
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
        facts([[t('Root key'), mono(state.files.root)], [t('Recovery kit'), mono(state.files.recovery)]]),
        paragraph(t('Onto two sticks that lie in two places. The daily work needs neither.'), 'fine')),
      end(t('All done: end the program'), 'primary'),
    ];
  },

  recovery() {
    const tested = state.recovery_tested;
    return [
      paragraph(t('If every credential is lost, the recovery kit opens what patients sent. Try it twice a year: the program opens everything with it, and changes nothing.'), 'lede'),
      paragraph(tested ? t('Last tried here, and well: {date}.', { date: date(tested) }) : t('Not tried here yet.'), tested ? 'good' : 'note'),
      form([
        facts([[t('It opens the file'), mono(state.files.recovery)]]),
        paragraph(t('If the file is elsewhere, as it should be, copy it into the folder, and take it off again afterwards.'), 'fine'),
        field('words', t('The words on the paper'), { spellcheck: 'false', autocapitalize: 'none' }, t('The kit’s six words, or the passphrase that you chose for the recovery file.')),
      ], t('Try the kit'), async (data) => {
        const { tried, state: next } = await ask('recovery', { words: data.get('words') });
        if (tried.well) return did(t('The kit opens everything in the log (entries: {entries}), and what patients send now.', tried), next);
        state = next;
        throw new Refused(422, { code: 'page', what: tried.missing
          ? t('The kit does not open what patients send now')
          : t('The kit does not open {lost} of {entries} entries', tried),
        todo: tried.missing ? t('Publish your form again, and try once more') : t('Look for an older recovery file or folder in your backups, and ask for help') });
      }, () => ({}), t('Opening everything; this can take some minutes…')),
      end(),
    ];
  },
};

// ---- The form in force, and what comes.

const SOON = 30 * 86_400_000;
function ends({ expires, expired }) {
  if (expired) return paragraph(t('It ended on {date}: your website shows the phone number alone. Publish it again now.', { date: date(expires) }), 'wrong');
  return paragraph(t('Valid until {date}.', { date: date(expires) }), expires - Date.now() < SOON ? 'note' : 'fine');
}

const tongues = (tags) => tags.map((tag) => LANGUAGES[tag] ?? tag).join(', ');
const rows = (says) => [
  [t('Name'), says.name], [t('Phone number'), says.phone], [t('Languages'), tongues(says.languages)],
  [t('Services'), String(says.services)], [t('Questions'), String(says.questions)], [t('Scoring'), says.scoring],
];

/** What is in a manifest, for people. */
const members = () => ({
  name: t('name'), phone: t('phone number'), emergency_note: t('words beside 911'), languages: t('languages'), services: t('services'),
  form: t('questions'), pages: t('pages of the website'), consent: t('consent'), follow_up: t('consent to follow-up'), notices: t('notices'),
  hours: t('hours'), phrases: t('your own words of alarm'), scoring: t('scoring'),
});

function choose() {
  const refused = make('p', { class: 'wrong', role: 'alert' });
  const take = async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    refused.replaceChildren();
    try {
      const text = await file.text();
      chosen = { name: file.name, text, ...await ask('check', { manifest: text }) };
      doing = undefined;
      said = undefined;
      redraw();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused.replaceChildren(...words(error));
    }
  };
  const input = make('input', { id: 'file', type: 'file', accept: '.json,application/json', onchange: take });
  return make('div', { class: 'field' }, make('label', { for: 'file' }, t('Choose manifest.json')), input, refused);
}

/** A mistake's sentence, with its parts where it names them; what the console has no Spanish for stays English. */
function sentence({ en, es, parts }) {
  const names = [...en.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const own = language === 'es' && es;
  const text = (own || en).replace(/\{(\w+)\}/g, (_, name) => parts[names.indexOf(name)] ?? '');
  return own || language === 'en' ? text : make('span', { lang: 'en' }, text);
}

function wrong() {
  const { name, mistakes } = chosen;
  return make('section', { class: 'card', 'aria-labelledby': 'mistakes' },
    make('h2', { id: 'mistakes', tabindex: -1 }, t('{name} cannot be published yet', { name })),
    paragraph(t('Correct this in the console, and download it again. Each line says where it is.')),
    make('ul', { class: 'people' }, mistakes.map((one) => make('li', {}, make('span', { class: 'mono' }, one.path), make('span', {}, sentence(one))))));
}

function coming() {
  const { name, text, says, changes } = chosen;
  const { manifest } = state.office;
  const version = manifest.version + 1;
  if (changes.length === 0) return paragraph(t('{name} says what is in force already.', { name }), 'note');
  const then = rows(says);
  const table = make('table', {}, make('thead', {}, make('tr', {}, ['', t('In force'), t('Then')].map((one) => make(one ? 'th' : 'td', one ? { scope: 'col' } : {}, one)))),
    make('tbody', {}, [[t('Version'), String(manifest.version)], ...rows(manifest.says)].map(([label, now], place) => {
      const next = place ? then[place - 1][1] : String(version);
      return make('tr', {}, make('th', { scope: 'row' }, label), make('td', {}, now), make('td', {}, next === now ? next : make('strong', {}, next)));
    })));
  return action(t('Version {version} comes', { version }), [
    paragraph(t('What changes: {what}.', { what: changes.map((one) => members()[one] ?? one).join(', ') })),
    table,
    rootPassphrase(),
  ], t('Publish version {version}', { version }), async (data) => published(await ask('publish', { manifest: text, root: data.get('root') })),
  { leave: () => { chosen = undefined; redraw(); } });
}

function published(next) {
  chosen = undefined;
  const { version, expires } = next.office?.manifest ?? {};
  did(version ? t('Version {version} is in force, until {date}. The lines on your website stay as they are.', { version, date: date(expires) }) : t('Published.'), next);
}

/** The whole page. `onDraw` draws what the program told, from the beginning. */
export function drawOffice(next, onDraw, tongue) {
  [state, draw] = [next, onDraw];
  // What goes onto the website holds nothing secret.
  const isOpen = state.office || (page === 'website' && state.snippet);
  const item = ([name, text]) => make('li', { ...name === page && { 'aria-current': 'page' } },
    make('button', { type: 'button', onclick: () => show(name) }, t(text)));
  const title = make('h1', { tabindex: -1 }, t(isOpen ? PAGES.find(([name]) => name === page)[1] : 'Your office'));
  document.title = t('Your office');
  document.body.replaceChildren(make('div', { class: 'frame' },
    make('header', { class: 'top' }, make('span', { class: 'brand' }, state.facts?.name ?? 'Anteroom'), tongue),
    make('nav', { 'aria-label': t('Your office') }, make('ul', { class: 'way pages' }, PAGES.map(item))),
    make('main', {}, title, said && make('p', { class: 'good', role: 'status' }, said), shown && sheet(), ...(isOpen ? screens[page]() : closed()).filter(Boolean))));
  // What was begun, or is shown this once, is read first. Whatever else fails, these words are shown.
  (document.querySelector('main h2[tabindex]') ?? title).focus();
}
