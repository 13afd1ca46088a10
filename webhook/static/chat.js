// The chat page with JavaScript: the same forms, answered in place. One document, nothing stored, nothing left behind.

import { fetchInto, openForm } from './callback.js';
import { embedded, listenToHost, takeSettings, tellHost } from './host.js';
import { hostLeaves, leave, onThreeShifts } from './leaving.js';
import { chat, forget, send } from './session.js';
import { clearLog, element, showAnswer, showMine, showTyping } from './show.js';

const find = (id) => document.getElementById(id);
const [box, form, limits, notice, retry, status] = ['text', 'say', 'limits', 'notice', 'retry', 'status'].map(find);
const words = find('words').dataset;
const root = document.documentElement;

let busy = false;
let another = false; // sent while the last answer was awaited; it goes when that has come
let unsent = null;

const leaveNow = () => leave(words.exit);
const lost = () => { status.textContent = words.lost; };

// ---- talking --------------------------------------------------------------------------------------------------------

// Sends what was typed or pressed and shows it; what was not taken goes back into the box, and behind the retry button.
async function ask(text, body) {
  if (!text) return;
  if (busy) { another = 'text' in body; return; }
  busy = true;
  dropUnsent();
  limits.open = false;
  if (box.value.trim() === text) box.value = '';
  const turn = { said: showMine(text), typing: showTyping(), text, body };
  status.textContent = words.typing;
  try {
    hear(await send(body), turn);
  } catch {
    keepUnsent(turn);
  } finally {
    busy = false;
    askNext();
  }
}

function hear({ ok, status: code, answer }, turn) {
  turn.typing.remove();
  status.textContent = '';
  if (!ok) { turn.said.remove(); giveBack(turn); }
  take(answer, code);
}

// Puts what was typed back into the box, unless something newer stands there.
function giveBack({ text, body }) {
  if ('text' in body && !box.value) box.value = text;
}

function keepUnsent(turn) {
  turn.typing.remove();
  if (!turn.said.isConnected) return; // she began anew meanwhile
  unsent = turn;
  turn.said.classList.add('unsent');
  retry.hidden = false;
  giveBack(turn);
  lost();
}

function askNext() {
  const next = another && !unsent;
  another = false;
  if (next) form.requestSubmit();
}

function take(answer, code) {
  const asked = answer.replies.map((reply) => reply.id);
  if (answer.danger === 'none' && asked.includes('utter_quick_exit')) { leaveNow(); return; }
  if (asked.includes('utter_delete_chat') || code === 410) clearLog();
  showAnswer(answer, (title, payload) => ask(title, { payload }), (place) => openForm(place, chat.session, lost));
}

function dropUnsent() {
  unsent?.said.remove();
  unsent = null;
  retry.hidden = true;
}

function tryAgain() {
  if (unsent && !busy) ask(unsent.text, unsent.body);
}

// ---- ending ---------------------------------------------------------------------------------------------------------

// Brings back the page as it was before the first word; also what Back may show.
function startAgain() {
  forget();
  dropUnsent();
  clearLog();
  notice.hidden = true;
  box.value = '';
  status.textContent = '';
  limits.open = true;
  scrollTo(0, 0);
}

function clearAndClose() {
  startAgain();
  if (embedded) tellHost('close');
  else find('main').replaceChildren(element('p', words.cleared));
}

// ---- listening ------------------------------------------------------------------------------------------------------

const onSubmit = (id, act) => find(id).addEventListener('submit', (event) => { event.preventDefault(); act(event); });

find('leave').form.addEventListener('submit', (event) => { event.preventDefault(); leaveNow(); });
onThreeShifts(leaveNow);
onSubmit('say', () => { const text = box.value.trim(); ask(text, { text }); });
onSubmit('menu', ({ submitter: { value } }) => ask(value, { text: value }));
onSubmit('ending', ({ submitter: { value } }) => (value === 'start' ? (startAgain(), box.focus()) : clearAndClose()));
retry.addEventListener('click', tryAgain);
addEventListener('online', tryAgain);

box.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
});
box.addEventListener('input', () => {
  if (!unsent) status.textContent = box.value.length > words.longest ? words.long : '';
});

find('privacy').addEventListener('click', async (event) => {
  event.preventDefault();
  notice.hidden = false;
  await fetchInto(notice, '/privacy').catch(lost);
  const close = element('button', words.back, { type: 'button' });
  close.addEventListener('click', () => { notice.hidden = true; find('privacy').focus(); });
  notice.append(close);
});

addEventListener('pagehide', startAgain);
addEventListener('pageshow', ({ persisted }) => { if (persisted) startAgain(); });
document.addEventListener('visibilitychange', () => root.classList.toggle('covered', document.hidden));

listenToHost({
  settings: (given) => takeSettings({ ...given, chat }),
  leave: hostLeaves,
  shown: () => { box.focus(); tellHost('focused'); },
});
