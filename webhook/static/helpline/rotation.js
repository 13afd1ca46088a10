// Her next key: made here and wrapped under the passphrase she has, so that one passphrase opens both while the old one is kept.
import { spoken } from '../codec.js';
import { get, post } from './api.js';
import { find, tell, word } from './dom.js';
import { makeKey, openKeys } from './keyfile.js';

export function listenForRotation(desk) {
  find('#rotate')?.addEventListener('submit', (event) => rotate(event, desk));
  showWaiting(desk);
}

async function rotate(event, desk) {
  event.preventDefault();
  const [field, button, wrong] = [find('#rotate-passphrase'), find('#rotate button'), find('#people .wrong')];
  tell(wrong, '');
  button.disabled = true;
  try {
    await openKeys(desk.me.keys.slice(0, 1), field.value).catch(() => {
      throw new Error(word('key_wrong'));
    });
    const { public_key, keyfile } = await makeKey(field.value);
    await post('people/key', { key: { public_key, keyfile } });
    desk.me = { ...desk.me, keys: (await get('me')).keys };
    desk.keys = await openKeys(desk.me.keys, field.value);
    showWaiting(desk);
  } catch (error) {
    tell(wrong, error.message);
  }
  field.value = '';
  button.disabled = false;
}

// The key in use is the first; one that waits beside it is read out to a colleague.
function showWaiting(desk) {
  const [used, ...others] = desk.me.keys;
  const waiting = used?.approved ? others.find((key) => !key.approved) : null;
  const place = find('#rotated');
  if (!place) return;
  place.hidden = !waiting;
  if (waiting) find('.spoken', place).textContent = spoken(waiting.keyfile.kid);
}
