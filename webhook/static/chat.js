// The chat page with JavaScript: the same forms, answered in place. The token lives in a variable and nowhere else.

const log = document.getElementById('log');
const form = document.getElementById('say');
const box = document.getElementById('text');
const status = document.getElementById('status');
const words = document.getElementById('words').dataset;
const leaveForm = document.getElementById('leave').form;

let session = '';
let turn = 1;
let busy = false;

const element = (name, content, attributes = {}) => {
  const node = Object.assign(document.createElement(name), attributes);
  node.append(...[content].flat());
  return node;
};

const paragraphs = (text) => text.split('\n\n').map((part) => element('p', part));

const post = (path, body) => fetch(path, {
  method: 'POST',
  cache: 'no-store',
  headers: { 'Content-Type': 'application/json', ...(session && { 'X-Chat-Session': session }) },
  body: JSON.stringify(body),
});

document.getElementById('hint').hidden = false;

// ---- leaving --------------------------------------------------------------------------------------------------------

function leave() {
  if (session) navigator.sendBeacon('/chat/leave', session);
  document.body.replaceChildren();
  document.title = '';
  location.replace(words.exit);
}

leaveForm.addEventListener('submit', (event) => { event.preventDefault(); leave(); });

let shifts = [];
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Shift' || event.repeat) return;
  shifts = [...shifts, event.timeStamp].filter((at) => event.timeStamp - at < 5000);
  if (shifts.length >= 3) leave();
});

// A page kept for Back shows nothing: it is wiped when hidden away, and starts anew if it is brought back.
addEventListener('pagehide', () => {
  if (session) navigator.sendBeacon('/chat/leave', session);
  log.replaceChildren();
  box.value = '';
});
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
document.addEventListener('visibilitychange', () => document.body.classList.toggle('covered', document.hidden));

// ---- talking --------------------------------------------------------------------------------------------------------

// Sends a message or a choice and shows the answer; false when it was not taken, and then what was typed stays in the box.
async function take(body) {
  busy = true;
  status.textContent = words.typing;
  try {
    if (!session) session = (await (await post('/chat/open', {})).json()).session ?? '';
    const response = await post('/chat/message', { ...body, turn });
    const answer = await response.json();
    status.textContent = '';
    if (response.ok) { turn += 1; box.value = ''; }
    if (response.status === 410) { session = ''; turn = 1; }
    show(answer);
    return response.ok;
  } catch {
    status.textContent = words.lost;
    return false;
  } finally {
    busy = false;
  }
}

function show(answer) {
  if (answer.danger === 'none' && answer.replies.some((reply) => reply.id === 'utter_quick_exit')) return leave();
  if (answer.replies.some((reply) => reply.id === 'utter_delete_chat')) log.replaceChildren();
  const block = element('div', answer.replies.map(bubble), { className: `answer ${answer.danger}` });
  log.append(block);
  block.scrollIntoView({ block: 'start' });
  return undefined;
}

function bubble(reply) {
  const parts = paragraphs(reply.text);
  if (reply.contact?.dial) {
    const call = element('a', `${words.call} ${reply.contact.number}`, { className: 'call', href: `tel:${reply.contact.dial}` });
    parts.push(element('p', call));
  }
  if (reply.kind === 'callback_form') parts.push(openForm());
  if (reply.buttons.length) {
    parts.push(element('div', reply.buttons.map(choice), { className: 'choices' }));
  }
  return element('div', parts, { className: `bubble ${reply.id}` });
}

function choice({ title, payload }) {
  const button = element('button', title, { type: 'button' });
  button.addEventListener('click', () => ask(title, { payload }));
  return button;
}

// The call form is fetched into this document, so that nothing is left by moving between pages.
function openForm() {
  const button = element('button', words.form, { type: 'button' });
  button.addEventListener('click', async () => {
    const place = button.parentElement;
    await swap(place, '/callback/form', new URLSearchParams({ session }));
  });
  return element('p', button);
}

async function swap(place, path, body) {
  try {
    const response = await fetch(path, { method: 'POST', cache: 'no-store', body });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    place.replaceChildren(...page.querySelector('main').childNodes);
    place.querySelectorAll('form').forEach((each) => each.addEventListener('submit', (event) => {
      event.preventDefault();
      submit(place, each, event.submitter).catch(() => { status.textContent = words.lost; });
    }));
    place.scrollIntoView({ block: 'start' });
  } catch {
    status.textContent = words.lost;
  }
}

async function submit(place, filled, submitter) {
  const { bodyOf } = await import('./seal-form.js');
  const body = await bodyOf(filled, submitter);
  if (body) await swap(place, new URL(filled.action).pathname, body);
}

function mine(text) {
  const node = element('div', element('p', text), { className: 'bubble mine' });
  log.append(node);
  return node;
}

async function ask(text, body) {
  if (!text || busy) return;
  const said = mine(text);
  if (!await take(body)) said.remove();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = box.value.trim();
  ask(text, { text });
});

document.getElementById('menu').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = event.submitter.value;
  ask(text, { text });
});

box.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
});
