// Shows answers: the same nodes that answer.html writes for people without JavaScript.

const words = document.getElementById('words').dataset;
const log = document.getElementById('log');
const danger = document.getElementById('danger');

export const element = (name, content = [], attributes = {}) => {
  const node = Object.assign(document.createElement(name), attributes);
  node.append(...[content].flat());
  return node;
};

const spoken = (who) => element('span', `${who}: `, { className: 'unseen' });
const paragraphs = (text) => text.split('\n\n').map((part) => element('p', part));

// Appends an answer to the log; `press` is called with a choice, `openForm` with the place of the call form.
export function showAnswer(answer, press, openForm) {
  const reading = log.contains(document.activeElement);
  log.querySelectorAll('.choices').forEach((old) => old.remove());
  if (answer.danger !== 'none') raiseBanner();
  const block = element('div', answer.replies.map((reply) => bubble(reply, press, openForm)), { className: `answer ${answer.danger}` });
  log.append(block);
  bringIntoView(block);
  if (reading) Object.assign(block, { tabIndex: -1 }).focus({ preventScroll: true });
}

export function showMine(text) {
  const node = element('div', [spoken(words.you), element('p', text)], { className: 'bubble mine' });
  log.append(node);
  return node;
}

export function showTyping() {
  const node = element('div', [element('i'), element('i'), element('i')], { className: 'bubble typing' });
  node.setAttribute('aria-hidden', 'true');
  log.append(node);
  bringIntoView(node);
  return node;
}

// The banner stays until the chat is cleared: one answer may scroll away, 999 may not.
export function raiseBanner() {
  if (!danger.children.length) danger.append(document.getElementById('banner').content.cloneNode(true));
}

export function clearLog() {
  log.replaceChildren();
  danger.replaceChildren();
}

export function bringIntoView(node) {
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  node.scrollIntoView({ block: node.offsetHeight > innerHeight / 2 ? 'start' : 'nearest', behavior: calm ? 'auto' : 'smooth' });
}

function bubble(reply, press, openForm) {
  const parts = [spoken(words.us), ...(reply.contact ? card(reply) : paragraphs(reply.text))];
  if (reply.kind === 'callback_form') {
    const button = element('button', words.form, { type: 'button' });
    button.addEventListener('click', () => openForm(button.closest('.bubble')));
    parts.push(element('p', button));
  }
  if (reply.buttons.length) parts.push(element('div', reply.buttons.map((each) => choice(each, press)), { className: 'choices' }));
  return element('div', parts, { className: `bubble ${reply.contact ? 'card ' : ''}${reply.id}` });
}

// A contact: its name, its number as one large button, then the words that were written for it.
function card({ text, contact }) {
  const parts = [element('h3', contact.name)];
  if (contact.dial) parts.push(element('a', `${words.call} ${contact.number}`, { className: 'call', href: `tel:${contact.dial}` }));
  const lead = `${contact.name}: ${contact.number}. `;
  return [...parts, ...paragraphs(text.startsWith(lead) ? text.slice(lead.length) : text)];
}

function choice({ title, payload }, press) {
  const button = element('button', title, { type: 'button' });
  button.addEventListener('click', () => press(title, payload));
  return button;
}
