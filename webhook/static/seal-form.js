// The call form, sealed here before it is sent: what leaves this page in the clear is what the helpline plans its work by.

import { seal } from './seal.js';

const WORDS = ['name', 'her_word', 'our_word', 'stop_word'];
const TICKS = ['voicemail', 'may_text', 'picks_up', 'children', 'under_18', 'danger_today'];
const CHOICES = ['if_answered', 'rings_back'];
const CLEAR = ['service', 'key', 'danger_today', 'under_18', 'interpreter', 'woman'];

// Returns what to post for a form: sealed if it is the call form, else its fields as they are; null when it cannot be sent
// as it is filled in, which is then said at the field. A browser without WebCrypto sends the fields, and the server seals.
export async function bodyOf(form, submitter) {
  const filled = new FormData(form, submitter);
  if (form.dataset.seal && !filled.has('window')) return refuse(form);
  const issued = form.dataset.seal && globalThis.crypto?.subtle ? await issue(form.dataset.seal) : null;
  if (!issued) return new URLSearchParams(filled);
  const windows = kept(filled.getAll('window'), issued.windows);
  if (!windows.length) return refuse(form);
  const inner = await seal(plainOf(filled, issued.area, windows), issued);
  const clear = Object.fromEntries(CLEAR.map((name) => [name, filled.get(name) ?? '']));
  const body = { ...clear, window: windows.map(({ key }) => key), inner, token: issued.token };
  return new Blob([JSON.stringify(body)], { type: 'application/json' });
}

// Returns what the server issues to seal with; null when it does not, and then the server's own answer to the form says why.
async function issue(path) {
  const response = await fetch(path, { cache: 'no-store' });
  return response.ok ? response.json() : null;
}

// The chosen times that can still be kept; one that has begun is cut to what is left of it.
function kept(chosen, offered) {
  const ends = new Set(chosen.map((key) => key.split('-')[1]));
  return offered.filter(({ key }) => ends.has(key.split('-')[1]));
}

// What is sealed: the same names and values as when the server seals (webhook/handoff/form.py).
export function plainOf(filled, area, windows) {
  const text = (name) => (filled.get(name) ?? '').trim();
  const named = (names, value) => Object.fromEntries(names.map((name) => [name, value(name)]));
  return {
    number: e164(text('number')), channel: 'web', area, ...named(WORDS, text), ...named(TICKS, (name) => filled.has(name)),
    ...named(CHOICES, text), windows: windows.map(({ label }) => label),
  };
}

function e164(number) {
  return number.replace(/[^+\d]/g, '').replace(/^(?:\+44|0044)?0?/, '+44');
}

function refuse(form) {
  const first = form.elements.window[0] ?? form.elements.window;
  first.setCustomValidity(form.dataset.windows);
  first.reportValidity();
  form.addEventListener('change', () => first.setCustomValidity(''), { once: true });
  return null;
}
