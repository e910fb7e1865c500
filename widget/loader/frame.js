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
