// A passkey as a second factor for a credential file that this browser remembers: WebAuthn with the PRF extension (W3C Web
// Authentication Level 3, section 10.1.4). What it gives depends on the authenticator's own secret and on `salt`, and nobody checks it here:
// a wrong one opens nothing. So nothing else of WebAuthn is looked at, and the challenge answers to nobody.

const random = () => crypto.getRandomValues(new Uint8Array(32));
const asked = (salt) => ({ prf: { eval: { first: salt } } });
const given = (credential) => credential.getClientExtensionResults().prf;

/** Whether this browser says that it can do this; an authenticator may still not. */
export async function offered() {
  const known = await globalThis.PublicKeyCredential?.getClientCapabilities?.();
  return Boolean(known?.['extension:prf']);
}

/** Makes a passkey for `name`, in place of an earlier one for the same `user`: its id, and the secret. */
export async function make(user, name, salt) {
  const credential = await navigator.credentials.create({
    publicKey: {
      rp: { name: 'Anteroom' },
      user: { id: user, name, displayName: name },
      challenge: random(),
      pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: 'public-key', alg })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      extensions: asked(salt),
    },
  });
  const prf = given(credential);
  if (!prf?.enabled) throw new Error('this authenticator gives no secret');
  const id = new Uint8Array(credential.rawId);
  // Some give it only when they are asked the second time.
  return { id, secret: prf.results?.first ? new Uint8Array(prf.results.first) : await use(id, salt) };
}

/** The secret of a passkey that was made before. */
export async function use(id, salt) {
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: random(),
      allowCredentials: [{ type: 'public-key', id }],
      userVerification: 'required',
      extensions: asked(salt),
    },
  });
  return new Uint8Array(given(credential).results.first);
}
