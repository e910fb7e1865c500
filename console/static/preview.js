// Shows a draft of the manifest in the patients' form: the very files of the widget, in a sealed frame as on a website.
// The form trusts no manifest that is not signed by the key it is told to trust, so a key is made for the preview, once,
// and cannot leave the browser. The draft's inbox is the same key, which opens nothing: what is sealed here is for
// nobody, and is dropped. The frame cannot reach the network, and this page sends nothing for it.
//
// `__FRAME_SRI__` and `__WASM_SRI__` are put in by `cargo xtask build`.

const sheet = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: new URL('forming.css', import.meta.url).href });
const dressed = new Promise((done) => { sheet.onload = sheet.onerror = done; });
document.head.append(sheet);

/** Done, once the editor's style sheet is here, or cannot be had. */
export const dress = () => dressed;

const frameScript = new URL('frame.js', import.meta.url).href;
// The frame's own policy, on top of this page's: it runs these two files and can send nothing to anyone.
const html = `<meta http-equiv=Content-Security-Policy content="default-src 'none';script-src ${frameScript} 'wasm-unsafe-eval';`
  + `base-uri 'none';form-action 'none'"><script src="${frameScript}" integrity=__FRAME_SRI__ crossorigin></script>`;
// Of all documents, this page's policy lets this one become a frame's.
const policy = globalThis.trustedTypes?.createPolicy('anteroom-preview', { createHTML: () => html });

const encode = (bytes) => new Uint8Array(bytes).toBase64?.({ alphabet: 'base64url', omitPadding: true })
  ?? btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('')).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const utf8 = (text) => new TextEncoder().encode(text);

async function makeSigner() {
  const algorithm = { name: 'RSA-PSS', modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const { n, e } = await crypto.subtle.exportKey('jwk', publicKey);
  // RFC 7638.
  const pin = encode(await crypto.subtle.digest('SHA-256', utf8(JSON.stringify({ e, kty: 'RSA', n }))));
  const key = (use, alg) => ({ kty: 'RSA', n, e, use, alg });
  const header = { alg: 'PS256', kid: pin, typ: 'anteroom-manifest', jwk: key('sig', 'PS256') };
  return {
    pin,
    async sign(source) {
      const now = Math.floor(Date.now() / 1000);
      const claims = { practice: 'preview', version: 1, iat: now, exp: now + 86_400, inbox: { keys: [key('enc', 'RSA-OAEP-256')] } };
      // The source is JSON already.
      const text = `${JSON.stringify(claims).slice(0, -1)},"source":${source}}`;
      const input = `${encode(utf8(JSON.stringify(header)))}.${encode(utf8(text))}`;
      return `${input}.${encode(await crypto.subtle.sign({ name: 'RSA-PSS', saltLength: 32 }, privateKey, utf8(input)))}`;
    },
  };
}

const fetchCode = async () => {
  const answer = await fetch(new URL('widget.wasm', import.meta.url), { integrity: '__WASM_SRI__' });
  if (!answer.ok) throw new Error('the widget is not here');
  return answer.arrayBuffer();
};

let signer;
let code;
let turn = 0;

/** Shows the manifest `source`, JSON, in the element `host`, once nobody has typed for a moment. */
export async function show(host, source, language) {
  const mine = ++turn;
  await new Promise((done) => setTimeout(done, 250));
  if (mine !== turn) return;
  try {
    signer ??= makeSigner();
    code ??= fetchCode();
    const { pin, sign } = await signer;
    const [manifest, wasm] = [await sign(source), (await code).slice(0)];
    if (mine === turn) place(host, { manifest, pin, wasm, lang: language });
  } catch (error) {
    [signer, code] = [];
    console.error(error);
    host.dataset.state = 'failed';
  }
}

/** The new frame takes the old one's place when its form stands. */
function place(host, given) {
  for (const waiting of host.querySelectorAll('.waiting')) waiting.remove();
  const frame = document.createElement('iframe');
  const { port1: port, port2 } = new MessageChannel();
  const stand = (state) => {
    host.dataset.state = state;
    for (const other of host.querySelectorAll('iframe')) if (other !== frame) other.remove();
    frame.className = '';
  };
  // The closed list of what the frame may say, and what comes of it here.
  const heard = {
    __proto__: null,
    ready({ title }) {
      frame.title = title;
      stand('ready');
    },
    failed() { stand('failed') },
    size({ height }) { frame.style.height = `${height}px` },
    sealed({ entry }) { port.postMessage({ type: 'delivered', entry }) },
  };
  port.onmessage = ({ data }) => heard[data.type]?.(data);
  frame.className = 'waiting';
  frame.sandbox = 'allow-scripts allow-forms';
  frame.srcdoc = policy ? policy.createHTML('') : html;
  frame.onload = () => frame.contentWindow.postMessage(
    { anteroom: 1, practice: 'preview', seen: 0, visits: '[]', ...given }, '*', [port2, given.wasm]);
  host.append(frame);
}
