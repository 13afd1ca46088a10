// The session: its token is in a variable here and nowhere else, and is gone with the document.

export const chat = { session: '', turn: 1, area: '' };
let unanswered = '';
let waiting = new AbortController();

const LONGEST_WAIT = 12_000; // milliseconds; the front door answers within 2.5 s or alone

async function post(path, body) {
  if (waiting.signal.aborted) waiting = new AbortController();
  const late = setTimeout(() => waiting.abort(), LONGEST_WAIT);
  const response = await fetch(path, {
    method: 'POST',
    cache: 'no-store',
    headers: { 'Content-Type': 'application/json', ...(chat.session && { 'X-Chat-Session': chat.session }) },
    body: JSON.stringify(body),
    signal: waiting.signal,
  }).finally(() => clearTimeout(late));
  return { ok: response.ok, status: response.status, answer: await response.json() };
}

// Sends one message or choice. The same one sent again after a lost answer keeps its turn, so that it never counts twice;
// another one takes the next turn, because the lost one may have arrived.
export async function send(body) {
  if (!chat.session) {
    const opened = await post('/chat/open', { area: chat.area });
    if (!opened.ok) return opened;
    chat.session = opened.answer.session;
  }
  const written = JSON.stringify(body);
  if (unanswered && unanswered !== written) chat.turn += 1;
  unanswered = written;
  const result = await post('/chat/message', { ...body, turn: chat.turn });
  unanswered = '';
  if (result.ok) chat.turn += 1;
  if (result.status === 410) Object.assign(chat, { session: '', turn: 1 });
  return result;
}

// Tells the server to forget; a beacon is delivered even while the page goes. Sent twice it does no harm.
export function forget() {
  if (chat.session) navigator.sendBeacon('/chat/leave', chat.session);
  waiting.abort();
  unanswered = '';
  Object.assign(chat, { session: '', turn: 1 });
}
