// npm `jose`: opens and verifies every sample on standard input, then seals and signs the same
// content itself, as lines of the same form on standard output. See seal/examples/interop.rs.

import assert from 'node:assert/strict';
import readline from 'node:readline';
import * as jose from 'jose';

const bytes = (text) => Buffer.from(text, 'base64url');
const put = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const entryAlgorithms = {
  keyManagementAlgorithms: ['RSA-OAEP-256'],
  contentEncryptionAlgorithms: ['A256GCM'],
};

let keys;

const answers = {
  async keys(line) {
    const pair = async (text) => {
      const jwk = JSON.parse(text);
      const { kty, n, e, use, alg, kid } = jwk;
      assert.equal(await jose.calculateJwkThumbprint(jwk), kid);
      return { kid, jwk: { kty, n, e, use, alg, kid }, private: await jose.importJWK(jwk), public: await jose.importJWK({ kty, n, e, use, alg }) };
    };
    keys = {
      inbox: await Promise.all(line.inbox.map(pair)),
      inboxTexts: line.inbox,
      staff: await pair(line.staff),
      signing: await pair(line.signing),
    };
    return line;
  },

  async entry(line) {
    const key = keys.inbox[line.inbox];
    const header = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: key.kid, ...line.binding };
    const opened = await jose.compactDecrypt(line.text, key.private, entryAlgorithms);
    assert.deepEqual(opened.protectedHeader, header);
    const padded = Buffer.from(opened.plaintext);
    const plaintext = bytes(line.plaintext);
    assert.ok(padded.subarray(0, plaintext.length).equals(plaintext));
    assert.ok(padded.subarray(plaintext.length).every((byte) => byte === 0x20));
    const text = await new jose.CompactEncrypt(padded).setProtectedHeader(header).encrypt(key.public);
    return { ...line, text };
  },

  async signed(line) {
    const header = { alg: 'PS256', kid: keys.signing.kid, typ: line.typ };
    if (line.embedded) header.jwk = keys.signing.jwk;
    const verified = await jose.compactVerify(line.text, keys.signing.public, { algorithms: ['PS256'] });
    assert.deepEqual(verified.protectedHeader, header);
    assert.ok(Buffer.from(verified.payload).equals(bytes(line.plaintext)));
    const text = await new jose.CompactSign(bytes(line.plaintext)).setProtectedHeader(header).sign(keys.signing.private);
    return { ...line, text };
  },

  async keyring(line) {
    const readers = [keys.staff, ...keys.inbox];
    const { version, practice } = line;
    const header = { alg: 'RSA-OAEP-256', enc: 'A256GCM', typ: 'anteroom-keyring', practice, version };
    for (const reader of readers) {
      const opened = await jose.generalDecrypt(JSON.parse(line.text), reader.private, entryAlgorithms);
      assert.deepEqual(opened.protectedHeader, header);
      assert.deepEqual(JSON.parse(Buffer.from(opened.plaintext)), { keys: keys.inboxTexts.map(JSON.parse) });
    }
    const content = Buffer.from(`{"keys":[${keys.inboxTexts.join(',')}]}`);
    const general = new jose.GeneralEncrypt(content).setProtectedHeader(header);
    for (const reader of readers) general.addRecipient(reader.public).setUnprotectedHeader({ kid: reader.kid });
    return { ...line, text: JSON.stringify(await general.encrypt()) };
  },

  async credential(line) {
    const passphrase = Buffer.from(line.passphrase);
    const opened = await jose.compactDecrypt(line.text, passphrase, {
      keyManagementAlgorithms: ['PBES2-HS512+A256KW'],
      contentEncryptionAlgorithms: ['A256GCM'],
      maxPBES2Count: 2_000_000,
    });
    assert.ok(Buffer.from(opened.plaintext).equals(bytes(line.plaintext)));
    const text = await new jose.CompactEncrypt(bytes(line.plaintext))
      .setProtectedHeader({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', typ: 'anteroom-credential' })
      .setKeyManagementParameters({ p2c: 700_000, p2s: crypto.getRandomValues(new Uint8Array(16)) })
      .encrypt(passphrase);
    return { ...line, text };
  },
};

for await (const text of readline.createInterface({ input: process.stdin })) {
  const line = JSON.parse(text);
  put(await answers[line.kind](line));
}
