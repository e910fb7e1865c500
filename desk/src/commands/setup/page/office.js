// The owner's office: what there is to do once the practice is live. Who works here, the form, the website. Each thing that
// is published asks for the root key's passphrase; the owner's own is asked for once, and kept by nobody.
import { ask, button, facts, field, form, language, make, opens, paragraph, pick, t } from './parts.js';

const PAGES = [['people', 'Who works here'], ['form', 'Your form'], ['website', 'Your website']];
let page = 'people';
/** The practice went live just now, so that the pages are also the next steps. */
let isNew = false;
/** What somebody is about to do: {what, name}. */
let doing;
/** A credential whose words are shown this one time, and what is said of what was done. */
let shown;
let said;
/** As the program told it. */
let state;
let draw;

export function enterOffice() {
  [isNew, page] = [true, 'people'];
}

const redraw = () => draw(state);
const show = (next) => { [page, doing, shown, said] = [next]; redraw(); };
const begin = (what, name) => { [doing, said] = [{ what, name }]; redraw(); };
const stop = () => { doing = undefined; redraw(); };
/** What was done, in a sentence; the screen as it is then. */
const did = (text, next) => { [doing, said] = [undefined, text]; draw(next); };

const date = (ms) => new Date(ms).toLocaleDateString(language, { dateStyle: 'medium' });
const mono = (text) => make('span', { class: 'mono' }, text);
const rootPassphrase = () => opens('root', t('Passphrase of the root key'));
const consoleAddress = () => `${state.facts.relay.replace(/\/+$/, '')}/console/`;
const onward = () => isNew && page !== PAGES.at(-1)[0]
  && make('div', { class: 'row' }, button(t('Go on'), () => show(PAGES[PAGES.findIndex(([one]) => one === page) + 1][0]), 'primary'));
const roles = () => ({ coordinator: t('Reads and works inquiries'), owner: t('Reads and works inquiries, and erases'), auditor: t('Reads the access log, no inquiries') });

/** A form for what was begun; half of it may be done when it fails. */
function action(title, parts, press, act, { known = () => ({}), busy = t('Publishing…'), kind = '' } = {}) {
  const send = async (data) => {
    try {
      await act(data);
    } catch (error) {
      if (error.reason === 'half-done') state = await ask('state');
      throw error;
    }
  };
  const made = form([make('h2', { tabindex: -1 }, title), parts], press, send, known, busy, [button(t('Cancel'), stop, 'quiet')]);
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
      [t('Console'), mono(consoleAddress())],
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
      shown && sheet(),
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
    return [
      paragraph(t('Your practice began with a plain form. Change it in the console: under Practice, Form, you see it as patients will.'), 'lede'),
      make('section', { class: 'card' },
        make('ol', { class: 'facts' },
          [t('Open the console, and unlock it with your credential file.'), t('Change services, questions, texts and hours, and download what you made.'), t('Publish it with the root key:')]
            .map((text, place) => make('li', {}, `${place + 1}. ${text}`))),
        make('pre', {}, `anteroom manifest publish manifest.json --dir ${state.folder}`),
        make('div', { class: 'row' }, make('a', { class: 'button primary', href: consoleAddress(), target: '_blank', rel: 'noopener noreferrer' }, t('Open the console')))),
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
};

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
    make('main', {}, title, said && make('p', { class: 'good', role: 'status' }, said), ...(isOpen ? screens[page]() : closed()).filter(Boolean))));
  // What was begun, or is shown this once, is read first.
  (document.querySelector('main h2[tabindex]') ?? title).focus();
}
