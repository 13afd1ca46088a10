// Bytes as text and back, for the call form and the helpline's desk: base64 as Python writes it, base64url without padding as WebAuthn does, and to hex.
export const utf8 = (text) => new TextEncoder().encode(text);
export const text = (bytes) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

export const toBase64 = (bytes) => btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(''));
export const fromBase64 = (value) => Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));

export const toUrlSafe = (bytes) => toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_');
export const fromUrlSafe = (value) => fromBase64(value.replaceAll('-', '+').replaceAll('_', '/'));

export const toHex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

// The first 16 hex digits of the SHA-256 of a public point: the kid, and the fingerprint that is read aloud.
export const fingerprint = async (point) => toHex(await crypto.subtle.digest('SHA-256', point)).slice(0, 16);
export const spoken = (kid) => kid.match(/.{4}/g).join(' ');
