// What runs in the sealed frame before the WebAssembly: appended to wasm-bindgen's glue by `cargo xtask build`.
//
// The frame is an opaque origin under a policy of its own: no storage, no network, no way out but the one port
// that the loader hands over with the first message.
addEventListener('message', ({ source, data, ports: [port] }) => {
  if (source != parent || data?.anteroom != 1 || !port) return;
  const root = document.documentElement;
  const failed = () => port.postMessage({ type: 'failed', reason: 'frame' });
  // A panic aborts the WebAssembly: from then on the form cannot be trusted to answer.
  addEventListener('error', failed);
  addEventListener('unhandledrejection', failed);
  root.dataset.theme = data.theme || '';
  const token = (name, value) => root.style.setProperty(name, value);
  if (/^\d{1,2}$/.test(data.radius)) token('--radius', data.radius + 'px');
  // The frame's policy loads no font: one that the device has, or the next best.
  if (data.font) token('--font', data.font + ',system-ui,sans-serif');
  // A practice's own colour, with the text colour that contrasts more with it (WCAG 2.2, relative luminance).
  if (/^#[\da-f]{6}$/i.test(data.accent)) {
    const [red, green, blue] = [1, 3, 5].map(at => {
      const part = parseInt(data.accent.slice(at, at + 2), 16) / 255;
      return part > .04045 ? ((part + .055) / 1.055) ** 2.4 : part / 12.92;
    });
    token('--brand', data.accent);
    token('--on-brand', .2126 * red + .7152 * green + .0722 * blue > .179 ? '#000' : '#fff');
  }
  // Someone went away and left the form open, perhaps on a shared device: it starts afresh.
  let idle;
  const wipe = () => port.onmessage?.({ data: { type: 'idle' } });
  const used = () => {
    clearTimeout(idle);
    idle = setTimeout(wipe, (data.idle || (data.kiosk ? 60 : 900)) * 1e3);
  };
  for (const sign of ['pointerdown', 'keydown', 'input']) addEventListener(sign, used, true);
  used();
  // Nobody finds it filled in by the browser's "back".
  addEventListener('pagehide', wipe);
  // A dialog closes by the key that closes dialogs, though the frame has the keyboard.
  addEventListener('keydown', ({ key }) => { if (key == 'Escape') port.postMessage({ type: 'close' }) });
  // Proof of work (docs/formats.md): ALTCHA version 2. WebCrypto derives beside this thread, so typing is never held up.
  const bytes = hex => Uint8Array.from(hex.match(/../g), pair => '0x' + pair);
  const hex = (number, digits) => number.toString(16).padStart(digits, 0);
  const solve = async ({ challenge }) => {
    const { nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters;
    for (let counter = 0; counter < 1e5; counter++) {
      const password = await crypto.subtle.importKey('raw', bytes(nonce + hex(counter, 8)), 'PBKDF2', false, ['deriveBits']);
      const derived = await crypto.subtle.deriveBits(
        { name: 'PBKDF2', hash: 'SHA-256', salt: bytes(salt), iterations: cost }, password, keyLength * 8);
      const derivedKey = [...new Uint8Array(derived)].map(byte => hex(byte, 2)).join('');
      if (derivedKey.startsWith(keyPrefix)) return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
    }
  };
  port.addEventListener('message', async ({ data: { type, task } }) => {
    // A task that cannot be solved gives no proof, and the loader tries again later.
    if (type == 'solve') port.postMessage({ type: 'proof', proof: await solve(task).catch(() => {}) });
  });
  globalThis.anteroom = {
    ...data,
    port,
    languages: [data.lang, ...navigator.languages].join(),
    // Constructed style sheets are the one kind that no host policy blocks.
    style(text) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      document.adoptedStyleSheets = [sheet];
      // Only now is its height that of a form.
      new ResizeObserver(() => port.postMessage({ type: 'size', height: Math.ceil(root.getBoundingClientRect().height) }))
        .observe(root);
    },
    focus(id) {
      setTimeout(() => document.getElementById(id)?.focus());
    },
    title(text) {
      document.title = text;
    },
    reveal(id) {
      setTimeout(() => document.getElementById(id)?.scrollIntoView({ block: 'nearest' }), 50);
    },
    rest() {
      return new Promise(done => setTimeout(done));
    },
    again(ms) {
      setTimeout(() => port.onmessage({ data: { type: 'again' } }), ms);
    },
    speak(language, direction) {
      root.lang = language;
      root.dir = direction;
    },
  };
  wasm_bindgen({ module_or_path: data.wasm }).catch(failed);
}, { once: true });
