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
  root.dataset.theme = data.theme;
  // A practice's own colour, with the text colour that contrasts more with it (WCAG 2.2, relative luminance).
  if (/^#[\da-f]{6}$/i.test(data.accent)) {
    const [red, green, blue] = [1, 3, 5].map(at => (parseInt(data.accent.slice(at, at + 2), 16) / 255) ** 2.2);
    root.style.setProperty('--brand', data.accent);
    root.style.setProperty('--on-brand', .2126 * red + .7152 * green + .0722 * blue > .179 ? '#000' : '#fff');
  }
  // Someone went away and left the form open, perhaps on a shared device: it starts afresh.
  let idle;
  const used = () => {
    clearTimeout(idle);
    idle = setTimeout(() => port.onmessage?.({ data: { type: 'idle' } }), data.idle * 1e3);
  };
  for (const sign of ['pointerdown', 'keydown', 'input']) addEventListener(sign, used, true);
  used();
  globalThis.anteroom = {
    ...data,
    port,
    languages: [data.lang, ...navigator.languages].join(),
    // Constructed style sheets are the one kind that no host policy blocks.
    style(text) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      document.adoptedStyleSheets = [sheet];
    },
    focus(id) {
      setTimeout(() => document.getElementById(id)?.focus());
    },
    again(ms) {
      setTimeout(() => port.onmessage({ data: { type: 'again' } }), ms);
    },
    speak(language, direction) {
      root.lang = language;
      root.dir = direction;
    },
  };
  new ResizeObserver(() => port.postMessage({ type: 'size', height: Math.ceil(root.getBoundingClientRect().height) }))
    .observe(root);
  wasm_bindgen({ module_or_path: data.wasm }).catch(failed);
}, { once: true });
