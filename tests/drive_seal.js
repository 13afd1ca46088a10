// Run by tests/test_chromium.py inside a page of the app: fills and seals the call form, and opens what the server sealed.

import { bodyOf } from '/static/seal-form.js';
import { unseal } from '/static/seal.js';
const post = (path, body, more = {}) => fetch(path, { method: 'POST', body, ...more });
const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (each) => each.charCodeAt(0));

async function send(typed) {
  const page = await (await post('/callback/form', new URLSearchParams({ area: 'Dudley' }))).text();
  document.body.innerHTML = page;
  const form = document.querySelector('form[data-seal]');
  form.elements.number.value = 'not a number';
  const wrong = form.checkValidity();
  form.elements.number.value = typed.number;
  form.elements.her_word.value = typed.sentence;
  const held = await bodyOf(form);
  form.elements.window[0].checked = true;
  form.dispatchEvent(new Event('change', { bubbles: true }));
  const valid = form.checkValidity();
  const answer = await post('/callback', await bodyOf(form), { headers: { Accept: 'application/json' } });
  return { wrong, held, valid, status: answer.status, ...await answer.json() };
}

async function open(given) {
  const curve = { name: 'ECDH', namedCurve: 'P-256' };
  const privateKey = await crypto.subtle.importKey('pkcs8', bytes(given.private), curve, false, ['deriveBits']);
  const publicKey = await crypto.subtle.importKey('raw', bytes(given.public), curve, true, []);
  const refused = await unseal(given.inner, 'id-2', given.service, { privateKey, publicKey }).catch((error) => error.message);
  return { opened: await unseal(given.inner, given.id, given.service, { privateKey, publicKey }), refused };
}

try {
  const given = await (await fetch('/given')).json();
  await post('/done', JSON.stringify({ sent: await send(given.typed), read: await open(given) }));
} catch (error) {
  await post('/done', JSON.stringify({ error: String(error) }));
}
