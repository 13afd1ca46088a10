// A worker's key pair: made here, wrapped here under her passphrase, and unwrapped as a key no script can read out.
// The same file as webhook/handoff/keyfile.py makes: AES-256-GCM under PBKDF2-SHA256, with the kid as associated data.
import { fingerprint, fromBase64, toBase64, utf8 } from '../codec.js';
import { unseal } from '../seal.js';

const CURVE = { name: 'ECDH', namedCurve: 'P-256' };
const ROUNDS = 600_000;

export const SHORTEST = 20;

export async function makeKey(passphrase) {
  const pair = await crypto.subtle.generateKey(CURVE, true, ['deriveBits']);
  const point = await crypto.subtle.exportKey('raw', pair.publicKey);
  const kid = await fingerprint(point);
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const under = await stretch(passphrase, salt, ROUNDS);
  const wrapped = await crypto.subtle.wrapKey('pkcs8', pair.privateKey, under, { name: 'AES-GCM', iv: nonce, additionalData: utf8(kid) });
  const keyfile = { v: 1, kid, rounds: ROUNDS, salt: toBase64(salt), nonce: toBase64(nonce), wrapped: toBase64(wrapped) };
  return { kid, keyfile, public_key: toBase64(point) };
}

// Returns { kid, privateKey, publicKey }; throws when the passphrase is wrong or the public half is not this key's.
export async function openKey(keyfile, point, passphrase) {
  if ((await fingerprint(point)) !== keyfile.kid) throw new Error('the public key is not the one of this file');
  const under = await stretch(passphrase, fromBase64(keyfile.salt), Math.max(keyfile.rounds, ROUNDS));
  const how = { name: 'AES-GCM', iv: fromBase64(keyfile.nonce), additionalData: utf8(keyfile.kid) };
  const privateKey = await crypto.subtle.unwrapKey('pkcs8', fromBase64(keyfile.wrapped), under, how, CURVE, false, ['deriveBits']);
  const publicKey = await crypto.subtle.importKey('raw', point, CURVE, true, []);
  return { kid: keyfile.kid, privateKey, publicKey };
}

// Returns the keys of hers that her passphrase opens, the one in use first; throws when it does not open that one.
export async function openKeys(held, passphrase) {
  const tried = await Promise.allSettled(held.map(({ keyfile, public_key }) => openKey(keyfile, fromBase64(public_key), passphrase)));
  if (tried[0].status === 'rejected') throw tried[0].reason;
  return tried.filter(({ status }) => status === 'fulfilled').map(({ value }) => value);
}

// Opens an envelope with whichever of the keys it was sealed to.
export const unsealWith = (keys, inner, id, service) => unseal(inner, id, service, keys.find(({ kid }) => inner.recipients.includes(kid)) ?? keys[0]);

async function stretch(passphrase, salt, iterations) {
  const base = await crypto.subtle.importKey('raw', utf8(passphrase), 'PBKDF2', false, ['deriveKey']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  return crypto.subtle.deriveKey(how, base, { name: 'AES-GCM', length: 256 }, false, ['wrapKey', 'unwrapKey']);
}
