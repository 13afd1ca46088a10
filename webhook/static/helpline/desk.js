// The desk's page: who is here, her key for this page only, and the parts of the page wired together.
import { get, post, Refused, setToken } from './api.js';
import { Card } from './card.js';
import { spoken } from '../codec.js';
import { find, tell, word } from './dom.js';
import { watchIdle } from './idle.js';
import { openKeys, unsealWith } from './keyfile.js';
import { listen } from './keyboard.js';
import { listenForPeople } from './people.js';
import { Queue } from './queue.js';
import { listenForRecords } from './records.js';
import { listenForRotation } from './rotation.js';
import { listenForScreen } from './screen.js';

const desk = { me: null, keys: [], card: null, queue: null };

async function begin() {
  desk.me = await get('me');
  setToken(desk.me.token);
  listenForScreen();
  watchIdle();
  listenForPeople(desk);
  listenForRotation(desk);
  listenForRecords();
  if (find('#queue')) beginQueue();
  find('#sign-out').addEventListener('click', async () => {
    await post('sign-out');
    location.replace('/helpline/sign-in');
  });
}

function beginQueue() {
  showKey();
  desk.card = new Card(desk);
  desk.queue = new Queue(desk);
  listen(desk);
  desk.queue.start();
  find('#unlock').addEventListener('submit', unlock);
}

function showKey() {
  const [used] = desk.me.keys;
  const unlocked = desk.keys.length > 0;
  find('#keyless').hidden = Boolean(used);
  find('#unapproved').hidden = !used || used.approved;
  find('#unlock').hidden = !used?.approved || unlocked;
  find('#key').hidden = Boolean(used?.approved && unlocked);
  find('#key-due').hidden = !desk.me.due;
  if (used) find('#unapproved .spoken').textContent = spoken(used.keyfile.kid);
  if (!find('#unlock').hidden) find('#passphrase').focus();
}

async function unlock(event) {
  event.preventDefault();
  const field = find('#passphrase');
  tell('wrong', '');
  tell('said', word('key_unlocking'));
  try {
    desk.keys = await openKeys(desk.me.keys, field.value);
    find('#queue').focus();
  } catch {
    tell('wrong', word('key_wrong'));
  }
  field.value = '';
  if (desk.keys.length) await prove();
  tell('said', '');
  showKey();
}

// The day's canary: a key that no longer opens what is sealed to it is found now, not when somebody is to be rung.
async function prove() {
  try {
    const { id, inner } = await get('canary');
    const { canary } = await unsealWith(desk.keys, inner, id, desk.me.service);
    await post('canary', { words: canary });
  } catch (error) {
    tell('wrong', error instanceof Refused ? error.message : word('error_unopened'));
  }
}

begin().catch((error) => tell('wrong', error.message));
