// Envelope v1 in the browser, as webhook/handoff/envelope.py has it: opened with her own key, and sealed for a note.
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '../seal-hpke.js';
import { fingerprint, fromBase64, fromUrlSafe, text, toUrlSafe, utf8 } from './codec.js';

const VERSION = 1;
const SUITE = 'HPKE-P256-HKDF-SHA256-AES256GCM';
const SIZES = [1024, 4096];
const LENGTH = 4;
const NONCE = 12;
const POINT = 65;
const FIELDS = ['body', 'id', 'recipients', 'service', 'suite', 'v', 'wraps'];

const suite = () => new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

// Returns what was sealed for (id, service), opened with key { kid, privateKey, publicKey }; throws when anything is not as sealed.
export async function open(inner, id, service, key) {
  check(inner, id, service);
  const at = inner.recipients.indexOf(key.kid);
  if (at < 0) throw new Error('this key is not among the recipients');
  const wrap = fromUrlSafe(inner.wraps[at]);
  const info = context('dek', inner, { kid: key.kid });
  const recipientKey = { privateKey: key.privateKey, publicKey: key.publicKey };
  const dek = await suite().open({ recipientKey, enc: wrap.slice(0, POINT).buffer, info: info.buffer }, wrap.slice(POINT).buffer);
  const aes = await crypto.subtle.importKey('raw', dek, 'AES-GCM', false, ['decrypt']);
  const body = fromUrlSafe(inner.body);
  const how = { name: 'AES-GCM', iv: body.slice(0, NONCE), additionalData: context('body', inner) };
  return JSON.parse(text(unpad(new Uint8Array(await crypto.subtle.decrypt(how, aes, body.slice(NONCE))))));
}

// Returns the inner envelope of a JSON value for recipients [{ kid, public_key }], sorted by kid and padded by the server.
export async function seal(value, { id, service, recipients }) {
  for (const each of recipients) {
    if ((await fingerprint(fromBase64(each.public_key))) !== each.kid) throw new Error('a recipient is not who it says');
  }
  const inner = { v: VERSION, suite: SUITE, id, service, recipients: recipients.map((each) => each.kid), wraps: [], body: '' };
  const dek = crypto.getRandomValues(new Uint8Array(32));
  for (const each of recipients) inner.wraps.push(toUrlSafe(await wrapFor(each, dek, context('dek', inner, { kid: each.kid }))));
  const aes = await crypto.subtle.importKey('raw', dek, 'AES-GCM', false, ['encrypt']);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const how = { name: 'AES-GCM', iv: nonce, additionalData: context('body', inner) };
  inner.body = toUrlSafe(join(nonce, new Uint8Array(await crypto.subtle.encrypt(how, aes, pad(utf8(JSON.stringify(value)))))));
  dek.fill(0);
  return inner;
}

async function wrapFor(recipient, dek, info) {
  const recipientPublicKey = await suite().kem.deserializePublicKey(fromBase64(recipient.public_key).buffer);
  const sender = await suite().createSenderContext({ recipientPublicKey, info: info.buffer });
  return join(new Uint8Array(sender.enc), new Uint8Array(await sender.seal(dek.buffer)));
}

function check(inner, id, service) {
  if (Object.keys(inner).sort().join() !== FIELDS.join() || inner.v !== VERSION || inner.suite !== SUITE) throw new Error('not an envelope of version 1');
  if (inner.id !== id || inner.service !== service) throw new Error('it was sealed for another id or service');
  if (inner.recipients.length !== inner.wraps.length) throw new Error('recipients and wraps do not match');
}

// C(x): what binds a part to its record, as canonical JSON with sorted keys.
function context(part, inner, more = {}) {
  const bound = { part, id: inner.id, service: inner.service, recipients: inner.recipients, ...more };
  const sorted = Object.fromEntries(Object.entries(bound).sort(([a], [b]) => (a < b ? -1 : 1)));
  return utf8(`spoc-handoff/v1\0${JSON.stringify(sorted)}`);
}

function pad(plain) {
  const size = SIZES.find((each) => plain.length + LENGTH <= each);
  if (!size) throw new RangeError('it is too long to seal');
  const padded = new Uint8Array(size);
  new DataView(padded.buffer).setUint32(0, plain.length);
  padded.set(plain, LENGTH);
  return padded;
}

function unpad(padded) {
  const length = new DataView(padded.buffer).getUint32(0);
  if (!SIZES.includes(padded.length) || length > padded.length - LENGTH) throw new Error('the padding is not valid');
  return padded.slice(LENGTH, LENGTH + length);
}

function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
