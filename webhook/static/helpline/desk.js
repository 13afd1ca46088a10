// The desk's page: who is here, her key for this page only, and the parts of the page wired together.
import { unseal } from '../seal.js';
import { get, post, Refused, setToken } from './api.js';
import { Card } from './card.js';
import { fromHex, spoken } from './codec.js';
import { find, tell, word } from './dom.js';
import { watchIdle } from './idle.js';
import { openKey } from './keyfile.js';
import { listen } from './keyboard.js';
import { listenForPeople } from './people.js';
import { Queue } from './queue.js';
import { listenForRecords } from './records.js';
import { listenForScreen } from './screen.js';

const desk = { me: null, key: null, card: null, queue: null };

async function begin() {
  desk.me = await get('me');
  setToken(desk.me.token);
  listenForScreen();
  watchIdle();
  listenForPeople(desk);
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
  const { keyfile, approved } = desk.me;
  find('#keyless').hidden = Boolean(keyfile);
  find('#unapproved').hidden = !keyfile || approved;
  find('#unlock').hidden = !keyfile || !approved || Boolean(desk.key);
  find('#key').hidden = Boolean(keyfile && approved && desk.key);
  if (keyfile) find('#unapproved .spoken').textContent = spoken(JSON.parse(keyfile).kid);
  if (!find('#unlock').hidden) find('#passphrase').focus();
}

async function unlock(event) {
  event.preventDefault();
  const field = find('#passphrase');
  tell('wrong', '');
  tell('said', word('key_unlocking'));
  try {
    desk.key = await openKey(JSON.parse(desk.me.keyfile), fromHex(desk.me.public_key), field.value);
    find('#queue').focus();
  } catch {
    tell('wrong', word('key_wrong'));
  }
  field.value = '';
  if (desk.key) await prove();
  tell('said', '');
  showKey();
}

// The day's canary: a key that no longer opens what is sealed to it is found now, not when somebody is to be rung.
async function prove() {
  try {
    const { id, inner } = await get('canary');
    const { canary } = await unseal(inner, id, desk.me.service, desk.key);
    await post('canary', { words: canary });
  } catch (error) {
    tell('wrong', error instanceof Refused ? error.message : word('error_unopened'));
  }
}

begin().catch((error) => tell('wrong', error.message));
