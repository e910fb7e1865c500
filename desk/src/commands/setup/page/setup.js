// The guide of `anteroom setup`. It holds no key: it asks, shows, and tells the program behind it what the owner said.
// A session lives as long as the tab; passphrases and words are in the page only while they are typed or shown.
import { drawOffice, enterOffice } from './office.js';
import { LANGUAGES, ask, button, facts, field, form, language, make, paragraph, pick, refuse, secret, speak, t, words } from './parts.js';

const ZONES = [
  ['Eastern', -300, 'united-states'], ['Central', -360, 'united-states'], ['Mountain', -420, 'united-states'], ['Arizona', -420, 'none'],
  ['Pacific', -480, 'united-states'], ['Alaska', -540, 'united-states'], ['Hawaii', -600, 'none'], ['Atlantic', -240, 'none'],
];
const SHORTEST = 12;

/** Two fields that must say the same, and the passphrase. */
function twice(data, name, label) {
  const [one, two] = [data.get(name), data.get(`${name}-again`)];
  if (one.length < SHORTEST) refuse(t('{file}: the passphrase has fewer than 12 characters', { file: label }));
  if (one !== two) refuse(t('{file}: the two passphrases differ', { file: label }));
  return one;
}

// ---- The steps.

const STEPS = [['facts', 'Your practice'], ['keys', 'Keys'], ['kit', 'Recovery kit'], ['live', 'Go live']];
/** What the program knows; words that are shown this one time. */
let state;
let shown;

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
};

const back = () => make('div', { class: 'row' }, button(t('Back'), () => draw({ ...state, stage: 'facts' }), 'quiet'));

// ---- The page.

function draw(next) {
  if (state?.stage === 'live' && next.stage === 'done') enterOffice();
  state = next;
  document.documentElement.lang = language;
  document.title = t('Set up Anteroom');
  const redraw = () => draw(state);
  if (state.stage === 'done') return drawOffice(state, draw, tongue(redraw));
  const now = STEPS.findIndex(([step]) => step === state.stage);
  const item = ([, name], place) => make('li', { 'data-number': place + 1, ...place < now && { 'data-is': 'done' }, ...place === now && { 'aria-current': 'step' } },
    make('span', {}, t(name)));
  const title = make('h1', { tabindex: -1 }, t(STEPS[now][1]));
  document.body.replaceChildren(make('div', { class: 'frame' },
    make('header', { class: 'top' }, make('span', { class: 'brand' }, t('Set up Anteroom')), tongue(redraw)),
    make('nav', { 'aria-label': t('Steps') }, make('ol', { class: 'way' }, STEPS.map(item))),
    make('main', {}, title, screens[state.stage]())));
  title.focus();
}

const tongue = (redraw) => make('select', { 'aria-label': t('Language'), onchange: ({ target }) => { speak(target.value); redraw(); } },
  Object.entries(LANGUAGES).map(([tag, name]) => make('option', { value: tag, selected: tag === language }, name)));

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
