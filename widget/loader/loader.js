// Anteroom's loader: the one script of ours that runs in the practice's page.
//
// It never sees an answer. It makes the sealed frame (an opaque origin that the page's other scripts
// cannot read), fetches code and manifest for it, keeps what must outlive the frame (visits, sealed
// submissions, the last manifest version), and leaves the practice's phone number in place whenever
// something is not as it should be. docs/embedding.md describes attributes, events and API.
//
// `__FRAME_SRI__` and `__WASM_SRI__` are put in by `cargo xtask build`, which also drops comment lines.
(() => {
  const doc = document, me = doc.currentScript, data = me.dataset, { practice, phone, mode } = data;
  const base = me.src.replace(/[^/]*$/, '');
  const relay = new URL(base).origin, api = relay + '/v1/practices/' + practice;
  const lang = data.lang || doc.documentElement.lang || navigator.language || 'en';
  const say = (en, es) => /^es/i.test(lang) ? es : en;
  const DAY = 864e5, KEPT = 30 * DAY;

  // ---- Storage. Where the browser forbids it, this page's memory stands in for as long as it lives.
  const memory = {}, key = name => `anteroom:${practice}:${name}`;
  const read = name => {
    try { return memory[name] || JSON.parse(localStorage.getItem(key(name))) } catch {}
  };
  const list = name => { const found = read(name); return Array.isArray(found) ? found : [] };
  const write = (name, value) => {
    try {
      localStorage.setItem(key(name), JSON.stringify(value));
      delete memory[name];
      return true;
    } catch { memory[name] = value }
  };

  // ---- Visits: they leave the browser only inside the ciphertext of a submission.
  const recording = () => !(data.signals == 'off' || navigator.globalPrivacyControl
    || navigator.doNotTrack == 1 || data.signals == 'consent' && !read('consent'));
  const visits = () => list('visits').filter(visit => visit.ms > Date.now() - KEPT).slice(-100);
  const query = new URLSearchParams(location.search);
  // Only the kind of the referring page is kept, never its address.
  const referrer = () => {
    let host = '';
    try { host = new URL(doc.referrer).host } catch {}
    return query.get('ref') == 'physician' || query.get('utm_medium') == 'physician' ? 'physician'
      : !host || host == location.host ? 'none'
      : /(^|\.)(google|bing|duckduckgo|yahoo|ecosia|baidu)\./.test(host) ? 'search'
      : /(^|\.)(facebook|instagram|tiktok|linkedin|reddit|nextdoor|youtube|x)\.com$/.test(host) ? 'social' : 'other';
  };
  let here;
  const record = (path, from) => {
    if (!recording()) return;
    const visit = { path: path.slice(0, 200), ms: Date.now(), referrer: from };
    for (const name of ['source', 'medium', 'campaign']) {
      const value = query.get('utm_' + name);
      if (value) (visit.campaign ||= {})[name == 'campaign' ? 'name' : name] = value.slice(0, 64);
    }
    write('visits', [...visits(), visit].slice(-100));
  };
  // A single-page application changes the path without loading a page.
  const moved = () => {
    if (here != location.pathname) record(location.pathname, here ? 'none' : referrer());
    here = location.pathname;
  };
  moved();
  addEventListener('popstate', moved);
  window.navigation?.addEventListener('navigatesuccess', moved);
  addEventListener('click', event => {
    const link = event.target.closest?.('a[href]');
    if (link && (link.hasAttribute('download') || /\.pdf$/i.test(link.pathname))) record(link.pathname, 'none');
  }, true);

  // ---- The outbox: sealed submissions wait here until the relay has them.
  let box, dialog, port, sending, again, wait = 1e3;
  const tell = message => port?.postMessage(message);
  const announce = (name, detail) =>
    (box || doc).dispatchEvent(new CustomEvent('anteroom:' + name, { bubbles: true, detail }));
  const drop = entry => write('outbox', list('outbox').filter(item => item.entry != entry));
  const deliver = async ({ entry, body }) => {
    let status = 0;
    try {
      // Up to 64 KiB the browser finishes the request even when the tab is closed meanwhile.
      status = (await fetch(api + '/inquiries', {
        method: 'POST', body, headers: { 'Content-Type': 'application/jose' },
        keepalive: body.length < 6e4, referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout?.(3e4),
      })).status;
    } catch {}
    if (status >= 200 && status < 300) {
      drop(entry);
      tell({ type: 'delivered', entry });
      announce('sent');
    } else if ([400, 409, 413, 415, 422].includes(status)) {
      // The relay will never take this one: keeping it would only promise what cannot happen.
      drop(entry);
      tell({ type: 'refused', entry });
      announce('failed', { reason: 'refused' });
    } else {
      tell({ type: 'waiting', entry, kept: !memory.outbox });
      return false;
    }
    return true;
  };
  const flush = async () => {
    if (sending) { again = true; return }
    sending = true;
    let all = true;
    for (const item of list('outbox')) {
      if (item.ms > Date.now() - KEPT) all = await deliver(item) && all;
      else drop(item.entry);
    }
    sending = false;
    if (again || !all) {
      setTimeout(flush, again ? 0 : wait * (1 + Math.random()));
      wait = Math.min(wait * 2, 3e5);
      again = false;
    }
  };
  addEventListener('online', () => { wait = 1e3; flush() });
  flush();

  // ---- The embed.
  const css = (element, text) => text.split(';').forEach(rule => {
    const [name, value] = rule.split(':');
    element.style.setProperty(name, value, 'important');
  });
  const make = name => doc.createElement(name);
  let slot, note;
  const mount = holder => {
    const frame = make('iframe');
    const channel = new MessageChannel();
    css(frame, `all:initial;display:block;width:100%;height:0;border:0;color-scheme:${data.theme || 'light dark'}`);
    frame.title = say('Secure form', 'Formulario seguro');
    frame.setAttribute('sandbox', 'allow-scripts allow-forms allow-top-navigation-to-custom-protocols');
    holder.append(frame);

    const fail = reason => {
      if (!port) return;
      port.close();
      port = null;
      frame.remove();
      slot.hidden = false;
      if (dialog) {
        dialog.previousSibling.remove();
        dialog.remove();
        dialog = null;
      }
      note.textContent = reason == 'untrusted'
        ? say('This form is switched off: we could not verify it. Please call us.',
          'Este formulario está desactivado: no pudimos verificarlo. Por favor, llámenos.')
        : say('The form cannot be shown here. Please call us.',
          'El formulario no se puede mostrar aquí. Por favor, llámenos.');
      announce('failed', { reason });
    };
    const timer = setTimeout(fail, 2e4, 'timeout');
    // The closed list of what the frame may say.
    const heard = {
      __proto__: null,
      ready({ version }) {
        clearTimeout(timer);
        write('seen', version);
        slot.hidden = !dialog;
        announce('ready');
      },
      failed({ reason }) { clearTimeout(timer); fail(reason == 'untrusted' ? reason : 'frame') },
      size({ height }) { css(frame, `height:${Math.min(+height || 0, 2e4)}px`) },
      top() { if (frame.getBoundingClientRect().top < 0) frame.scrollIntoView() },
      sealed({ entry, body }) {
        write('outbox', [...list('outbox').slice(-19), { entry, body, ms: Date.now() }]);
        wait = 1e3;
        flush();
      },
    };
    port = channel.port1;
    port.onmessage = ({ data: message }) => heard[message.type]?.(message);

    const code = fetch(base + 'widget.wasm', { integrity: '__WASM_SRI__' })
      .then(answer => answer.arrayBuffer());
    const manifest = fetch(api + '/manifest', { cache: 'no-cache' })
      .then(answer => answer.ok ? answer.text() : Promise.reject());
    const loaded = new Promise(done => { frame.onload = done });
    // The frame's own policy: it can run our two files and can send nothing to anyone.
    const html = '<!doctype html><meta charset=utf-8><meta name=viewport content="width=device-width">'
      + `<meta http-equiv=Content-Security-Policy content="default-src 'none';script-src ${relay} 'wasm-unsafe-eval';`
      + `base-uri 'none';form-action 'none'"><script src="${base}frame.js" integrity=__FRAME_SRI__ crossorigin></script>`;
    const policy = window.trustedTypes?.createPolicy('anteroom', { createHTML: text => text });
    frame.srcdoc = policy ? policy.createHTML(html) : html;
    Promise.all([code, manifest, loaded]).then(([wasm, text]) => frame.contentWindow.postMessage({
      anteroom: 1, wasm, manifest: text, practice, pin: data.pin, seen: +read('seen') || 0,
      visits: JSON.stringify(recording() ? visits() : []), lang, theme: data.theme || '', accent: data.accent, idle: +data.idle || 900,
    }, '*', [channel.port2, wasm]), () => fail('load'));
  };

  if (mode != 'visits') {
    box = me.closest('[data-anteroom]');
    if (!box) {
      me.before(box = make('div'));
      if (phone) {
        const link = make('a');
        link.textContent = phone;
        link.href = 'tel:' + phone.replace(/[^+\d]/g, '');
        box.append(link);
      }
    }
    const root = box.attachShadow({ mode: 'closed' });
    note = make('p');
    note.setAttribute('role', 'status');
    // Empty, it takes no room whatever the page's font.
    css(note, 'margin:0');
    root.append(note, slot = make('slot'));
    // `all: initial` as an inline, important style is out of reach of the page's own rules.
    css(box, 'all:initial;display:block;font:inherit;color:inherit;text-align:inherit;animation:none;transition:none');
    if (mode == 'dialog') {
      const open = make('button'), shut = make('button');
      const button = 'all:revert;font:600 17px system-ui,sans-serif;min-height:48px;min-width:48px;border:0;cursor:pointer;';
      dialog = make('dialog');
      open.textContent = data.label || say('Write to us securely', 'Escríbanos de forma segura');
      shut.textContent = '✕';
      shut.ariaLabel = say('Close', 'Cerrar');
      css(open, button + `padding:0 24px;border-radius:12px;color:#fff;background:${data.accent || '#0b6b6f'}`);
      css(shut, button + 'float:right;background:none;color:inherit;border-radius:20px');
      css(dialog, `padding:0;border:0;width:min(680px,100%);max-height:100%;border-radius:20px;color-scheme:${data.theme || 'light dark'}`);
      dialog.append(shut);
      dialog.ariaLabel = open.textContent;
      root.append(open, dialog);
      open.onclick = () => window.anteroom.open();
      shut.onclick = () => dialog.close();
    } else mount(root);
  }

  window.anteroom = {
    // Nothing is fetched for a dialog before it is opened.
    open() {
      if (dialog && !port) mount(dialog);
      dialog?.showModal();
    },
    close() { dialog?.close() },
    consent(given) { given ? (write('consent', 1), here = '', moved()) : window.anteroom.forget() },
    signals: visits,
    forget() {
      for (const name of ['visits', 'consent']) {
        delete memory[name];
        try { localStorage.removeItem(key(name)) } catch {}
      }
    },
  };
})();
