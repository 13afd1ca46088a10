// Seals a request for a call in the browser, so that the server only ever holds it locked (envelope v1; docs/handoff.md).
// The desk's page opens with the same functions. Nothing here stores, logs or sends anything.

import { fingerprint, fromUrlSafe, text, toUrlSafe, utf8 } from './codec.js';

const VERSION = 1;
const SUITE = 'HPKE-P256-HKDF-SHA256-AES256GCM';
const SIZES = [1024, 4096];
const LENGTH_BYTES = 4;
const NONCE_BYTES = 12;
const POINT_BYTES = 65;
const FIELDS = 'body,id,recipients,service,suite,v,wraps';

export class EnvelopeError extends Error {}

// ---- sealing and opening --------------------------------------------------------------------------------------------

// Returns the inner envelope of `plain` (an object) with what the server issued: {id, service, recipients: [{kid, public_key}]}.
export async function seal(plain, issued) {
  const { id, service } = issued;
  const kids = issued.recipients.map(({ kid }) => kid);
  const padded = pad(utf8(JSON.stringify(plain)));
  const dek = crypto.getRandomValues(new Uint8Array(32));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const wraps = await Promise.all(issued.recipients.map((each) => wrap(each, dek, context('dek', id, service, kids, { kid: each.kid }))));
  const sealed = await crypto.subtle.encrypt(gcm(nonce, context('body', id, service, kids)), await bodyKey(dek, 'encrypt'), padded);
  dek.fill(0);
  padded.fill(0);
  return { v: VERSION, suite: SUITE, id, service, recipients: kids, wraps: wraps.map(toUrlSafe), body: toUrlSafe(joined(nonce, new Uint8Array(sealed))) };
}

// Returns what was sealed; `keys` is {privateKey, publicKey}, and the private key need not be extractable. Throws EnvelopeError.
export async function unseal(inner, id, service, keys) {
  check(inner, id, service);
  const kids = inner.recipients;
  const kid = await fingerprint(await crypto.subtle.exportKey('raw', keys.publicKey));
  if (!kids.includes(kid)) throw new EnvelopeError('this key is not among the recipients');
  try {
    const wrapped = fromUrlSafe(inner.wraps[kids.indexOf(kid)]);
    const info = context('dek', id, service, kids, { kid });
    const suite = await hpke();
    const recipient = await suite.createRecipientContext({ recipientKey: keys, enc: wrapped.slice(0, POINT_BYTES).buffer, info });
    const dek = new Uint8Array(await recipient.open(wrapped.slice(POINT_BYTES)));
    const body = fromUrlSafe(inner.body);
    const aad = context('body', id, service, kids);
    const padded = await crypto.subtle.decrypt(gcm(body.slice(0, NONCE_BYTES), aad), await bodyKey(dek, 'decrypt'), body.slice(NONCE_BYTES));
    return JSON.parse(text(unpad(new Uint8Array(padded))));
  } catch (error) {
    if (error instanceof EnvelopeError) throw error;
    throw new EnvelopeError('the key is wrong or a byte was changed');
  }
}

function check(inner, id, service) {
  const known = Object.keys(inner).sort().join() === FIELDS && inner.v === VERSION && inner.suite === SUITE;
  if (!known || inner.recipients.length !== inner.wraps.length) throw new EnvelopeError('not an envelope of version 1');
  if (inner.id !== id || inner.service !== service) throw new EnvelopeError('it was sealed for another id or service');
}

async function wrap({ kid, public_key }, dek, info) {
  const point = fromUrlSafe(public_key);
  if (await fingerprint(point) !== kid) throw new EnvelopeError('a key is not the one its name says');
  const suite = await hpke();
  const sender = await suite.createSenderContext({ recipientPublicKey: await suite.kem.deserializePublicKey(point.buffer), info });
  return joined(new Uint8Array(sender.enc), new Uint8Array(await sender.seal(dek)));
}

let suite;
async function hpke() {
  if (!suite) {
    const { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } = await import('./seal-hpke.js');
    suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  }
  return suite;
}

// ---- bytes ----------------------------------------------------------------------------------------------------------

// "spoc-handoff/v1\0" and canonical JSON: sorted names, no spaces.
function context(part, id, service, recipients, more = {}) {
  const all = { part, id, service, recipients, ...more };
  const sorted = Object.fromEntries(Object.keys(all).sort().map((name) => [name, all[name]]));
  return utf8(`spoc-handoff/v1\0${JSON.stringify(sorted)}`);
}

function pad(plain) {
  const size = SIZES.find((each) => plain.length + LENGTH_BYTES <= each);
  if (!size) throw new EnvelopeError('more than fits');
  const padded = new Uint8Array(size);
  new DataView(padded.buffer).setUint32(0, plain.length);
  padded.set(plain, LENGTH_BYTES);
  return padded;
}

function unpad(padded) {
  const length = new DataView(padded.buffer).getUint32(0);
  if (!SIZES.includes(padded.length) || length > padded.length - LENGTH_BYTES) throw new EnvelopeError('the padding is not valid');
  return padded.slice(LENGTH_BYTES, LENGTH_BYTES + length);
}

const gcm = (iv, additionalData) => ({ name: 'AES-GCM', iv, additionalData });
const bodyKey = (dek, use) => crypto.subtle.importKey('raw', dek, 'AES-GCM', false, [use]);

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  parts.reduce((at, part) => { all.set(part, at); return at + part.length; }, 0);
  return all;
}
