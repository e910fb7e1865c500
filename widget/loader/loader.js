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
  const base = new URL('.', me.src), relay = base.origin, api = relay + '/v1/practices/' + practice;
  const lang = data.lang || doc.documentElement.lang || navigator.language;
  const say = (en, es) => /^es/i.test(lang) ? es : en;
  const KEPT = 30 * 864e5;
  // The practice's own tablet in the waiting room: it fills the page, and keeps nothing of anyone.
  const kiosk = mode == 'kiosk', full = kiosk || mode == 'page';

  // ---- Storage. Where the browser forbids it, this page's memory stands in for as long as it lives.
  const memory = {}, key = name => `anteroom:${practice}:${name}`;
  const read = name => {
    try { return memory[name] || JSON.parse(localStorage.getItem(key(name))) } catch {}
  };
  const list = name => [read(name)].flat().filter(item => item?.ms > Date.now() - KEPT);
  const write = (name, value) => {
    try {
      if (kiosk && name != 'seen') throw 0;
      localStorage.setItem(key(name), JSON.stringify(value));
      delete memory[name];
    } catch { memory[name] = value }
  };

  // ---- Visits: they leave the browser only inside the ciphertext of a submission.
  const recording = () => !(kiosk || data.signals == 'off' || navigator.globalPrivacyControl
    || navigator.doNotTrack == 1 || data.signals == 'consent' && !read('consent'));
  const visits = () => list('visits');
  const query = new URLSearchParams(location.search);
  // Only the kind of the referring page is kept, never its address.
  const referrer = () => {
    const host = doc.referrer.split('/')[2];
    return query.get('ref') == 'physician' || query.get('utm_medium') == 'physician' ? 'physician'
      : !host || host == location.host ? 'none'
      : /(^|\.)(google|bing|duckduckgo|yahoo)\./.test(host) ? 'search'
      : /(^|\.)(facebook|instagram|tiktok|linkedin|reddit|nextdoor|youtube|x)\.com$/.test(host) ? 'social' : 'other';
  };
  const history = () => JSON.stringify(recording() ? visits() : []);
  let here, since, box, dialog, port, sending, again, wait = 1e3;
  const tell = message => port?.postMessage(message);
  const record = (path, from) => {
    if (!recording()) return;
    const visit = { path: path.slice(0, 200), ms: Date.now(), referrer: from };
    for (const name of ['source', 'medium', 'campaign']) {
      const value = query.get('utm_' + name);
      if (value) (visit.campaign ||= {})[name == 'campaign' ? 'name' : name] = value.slice(0, 64);
    }
    write('visits', [...visits(), visit].slice(-100));
    tell({ type: 'visits', visits: history() });
    return visit.ms;
  };
  // How long the page was looked at, once it is left.
  const left = () => {
    const all = visits(), visit = all.find(({ ms }) => ms == since);
    if (visit) {
      visit.dwell_ms = Date.now() - since;
      write('visits', all);
    }
  };
  addEventListener('pagehide', left);
  // A single-page application changes the path without loading a page.
  const moved = () => {
    if (here == location.pathname) return;
    left();
    since = record(location.pathname, here ? 'none' : referrer());
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
  const announce = (name, detail) =>
    (box || doc).dispatchEvent(new CustomEvent('anteroom:' + name, { bubbles: true, detail }));
  const drop = entry => write('outbox', list('outbox').filter(item => item.entry != entry));
  // Proof of work (docs/formats.md), by the frame: it must not weigh on pages that send nothing.
  let proven;
  const solve = task => new Promise(done => {
    proven = done;
    tell({ type: 'solve', task });
  });
  const deliver = async ({ entry, body }) => {
    let answer = {};
    try {
      const post = proof => fetch(api + '/inquiries', {
        method: 'POST', body, headers: { 'Content-Type': 'application/jose', ...proof && { 'Anteroom-Proof': proof } },
        // Up to 64 KiB the browser finishes the request even when the tab is closed meanwhile.
        keepalive: body.length < 6e4, referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(3e4),
      });
      answer = await post();
      // The relay asks for a proof, and gives the task along.
      if (answer.status == 403 && port) answer = await post(await solve(await answer.json()));
    } catch {}
    // The relay will never take some: keeping them would only promise what cannot happen.
    const refused = [400, 409, 413, 415, 422].includes(answer.status), done = answer.ok || refused;
    if (done) drop(entry);
    tell({ type: refused ? 'refused' : done ? 'delivered' : 'waiting', entry, kept: !memory.outbox });
    if (done) refused ? announce('failed', { reason: 'refused' }) : announce('sent');
    return done;
  };
  const flush = async () => {
    if (sending) { again = true; return }
    sending = true;
    let all = true;
    // What is too old goes.
    if (read('outbox')) drop();
    for (const item of list('outbox')) all = await deliver(item) && all;
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
  const make = (name, style) => {
    const element = doc.createElement(name);
    element.style.cssText = style;
    return element;
  };
  const scheme = 'color-scheme:' + (data.theme || 'light dark');
  let slot, note, shut;
  const close = () => dialog?.close();
  const mount = holder => {
    const shape = `display:block;width:100%;margin:auto;border:0;max-width:${full && '720px'};`;
    // Until the form has a size, its frame is a drawing of one: a card with room for four answers.
    const frame = make('iframe', shape + 'height:640px;border-radius:20px;outline:1px solid #8884;'
      + 'background:repeating-linear-gradient(#8882 0 48px,#0000 0 120px)50% 120px/86% 480px no-repeat');
    const channel = new MessageChannel();
    frame.sandbox = 'allow-scripts allow-forms allow-top-navigation-to-custom-protocols';

    const fail = reason => {
      if (!port) return;
      port.close();
      port = null;
      frame.remove();
      slot.style.cssText = '';
      if (dialog) {
        dialog.previousSibling.remove();
        dialog.remove();
        dialog = null;
      }
      note.textContent = say('Please call us instead.', 'Por favor, llámenos.');
      announce('failed', { reason });
    };
    const timer = setTimeout(fail, 2e4, 'timeout');
    // The closed list of what the frame may say.
    const heard = {
      __proto__: null,
      ready({ version, title, close }) {
        clearTimeout(timer);
        write('seen', version);
        frame.title = title;
        if (dialog) shut.ariaLabel = close;
        slot.style.display = dialog ? '' : 'none';
        announce('ready');
      },
      failed({ reason }) { fail(reason == 'untrusted' ? reason : 'frame') },
      size({ height }) { frame.style.cssText = shape + scheme + ';height:' + height + 'px' },
      close,
      proof({ proof }) { proven(proof) },
      guide({ path }) { if (path[0] == '/') window.open(location.origin + path, '_blank', 'noopener') },
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
    // The frame's own policy: it can run our two files and can send nothing to anyone. (What stands in `srcdoc` is
    // UTF-8 and in standards mode without saying so.)
    const html = `<meta http-equiv=Content-Security-Policy content="default-src 'none';script-src ${relay} 'wasm-unsafe-eval';`
      + `base-uri 'none';form-action 'none'"><script src="${base}frame.js" integrity=__FRAME_SRI__ crossorigin></script>`;
    const policy = window.trustedTypes?.createPolicy('anteroom', { createHTML: text => text });
    frame.srcdoc = policy ? policy.createHTML(html) : html;
    // A frame that has its document from the start costs a third of one that gets it later. It is made in a task of
    // its own: the page goes on in between.
    setTimeout(() => port && holder.append(frame));
    Promise.all([code, manifest, loaded]).then(([wasm, text]) => frame.contentWindow.postMessage({
      ...data, anteroom: 1, wasm, manifest: text, seen: +read('seen') || 0,
      visits: history(), lang, kiosk,
    }, '*', [channel.port2, wasm]), () => fail('load'));
  };

  // Nothing is fetched for a dialog before it is opened.
  const open = () => {
    if (dialog && !port) mount(dialog);
    dialog?.showModal();
  };
  const forget = () => {
    for (const name of ['visits', 'consent']) {
      delete memory[name];
      try { localStorage.removeItem(key(name)) } catch {}
    }
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
    // Empty, it takes no room whatever the page's font.
    note = make('p', 'margin:0');
    note.role = 'status';
    root.append(note, slot = make('slot'));
    // `all: initial` as an inline, important style is out of reach of the page's own rules. What stands in the
    // shadow root is out of their reach anyway.
    box.style.cssText = ('all:initial;display:block;' + (full
      ? 'position:fixed;inset:0;overflow:auto;z-index:99999;background:Canvas;color:CanvasText;' + scheme
      : 'font:inherit;color:inherit')).replace(/;|$/g, '!important;');
    if (mode == 'dialog') {
      // White on a dark accent, black on a pale one: by its relative luminance, the y of CIE XYZ (WCAG 2.2).
      const accent = data.accent || '#0b6b6f', ink = ' calc((.179 - y)*1e9)';
      const looks = 'font:600 17px system-ui;min-height:48px;min-width:48px;border:0;cursor:pointer;';
      const button = make('button', looks
        + `padding:0 24px;border-radius:12px;color:#fff;color:color(from ${accent} xyz${ink + ink + ink});background:${accent}`);
      shut = make('button', looks + 'float:right;border-radius:20px;outline-offset:-6px;background:none;color:inherit');
      dialog = make('dialog', `padding:0;border:0;width:min(680px,100%);max-height:100%;border-radius:20px;${scheme}`);
      button.textContent = data.label || say('Write to us securely', 'Escríbanos de forma segura');
      shut.textContent = '✕';
      dialog.append(shut);
      dialog.ariaLabel = button.textContent;
      root.append(button, dialog);
      button.onclick = open;
      shut.onclick = close;
    } else {
      // The fallback stands on the drawing, and takes no room from the form.
      slot.style.cssText = 'display:block;position:absolute;padding:28px';
      mount(root);
    }
  }

  window.anteroom = {
    open,
    close,
    consent(given) { given ? (write('consent', 1), here = '', moved()) : forget() },
    signals: visits,
    forget,
  };
})();
