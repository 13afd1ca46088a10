// From a one-time link to a passkey and a wrapped key. The link's token is behind the # and leaves the address at once.
import { post } from './api.js';
import { spoken, utf8 } from '../codec.js';
import { find, tell, word } from './dom.js';
import { makeKey, SHORTEST } from './keyfile.js';
import { create } from './passkey.js';

const WORDS = 7; // of about 680: 66 bits, and each guess costs 600,000 rounds
const token = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
let invited = null;

async function begin() {
  if (!token) return refuse(word('enrol_no_link'));
  try {
    invited = await post('enrol/begin', { token });
  } catch (error) {
    return refuse(error.message);
  }
  find('#welcome').textContent = word('enrol_welcome', { name: invited.name });
  find('#for').textContent = word('enrol_for', { service: invited.service, role: word(`role_${invited.role}`) });
  if (!invited.needs_key) find('#with-key').remove();
  find('#make').hidden = false;
  tell('state', '');
  return undefined;
}

function refuse(said) {
  tell('state', '');
  tell('wrong', said);
}

function passphrase() {
  const [first, again] = [find('#passphrase').value, find('#again').value];
  if (first.length < SHORTEST) throw new Error(word('enrol_too_short'));
  if (first !== again) throw new Error(word('enrol_not_same'));
  return first;
}

async function finish(event) {
  event.preventDefault();
  tell('wrong', '');
  const button = find('#make button.act');
  try {
    const secret = invited.needs_key ? passphrase() : null;
    button.disabled = true;
    tell('state', word('enrol_working'));
    const key = secret ? await makeKey(secret) : null;
    const { options } = await post('enrol/begin', { token });
    await post('enrol/finish', { token, credential: await create(options), key: key && { public_key: key.public_key, keyfile: key.keyfile } });
    made(key);
  } catch (error) {
    tell('wrong', error.message);
    button.disabled = false;
  }
  tell('state', '');
}

function made(key) {
  find('#make').remove();
  find('#made').hidden = false;
  if (!key) {
    find('#made-key').remove();
    find('#made-none').hidden = false;
    return;
  }
  find('#fingerprint').textContent = spoken(key.kid);
  const link = find('#download');
  link.href = URL.createObjectURL(new Blob([utf8(JSON.stringify(key.keyfile, null, 1))], { type: 'application/json' }));
  link.download = `linden-key-${key.kid}.json`;
}

// Without bias: a number past the last whole multiple of the list is drawn again.
function drawn(words) {
  const limit = 65536 - (65536 % words.length);
  let [number] = crypto.getRandomValues(new Uint16Array(1));
  while (number >= limit) [number] = crypto.getRandomValues(new Uint16Array(1));
  return words[number % words.length];
}

find('#suggest').addEventListener('click', () => {
  const words = find('#receipt-words').textContent.trim().split(/\s+/);
  const made = Array.from({ length: WORDS }, () => drawn(words)).join(' ');
  find('#suggestion').hidden = false;
  find('#suggestion strong').textContent = made;
  find('#passphrase').value = made;
  find('#again').value = made;
});
find('#make').addEventListener('submit', finish);
begin();
