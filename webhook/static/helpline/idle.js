// Says to the server that somebody is there, once a minute at most, and asks before a session nobody uses ends.
import { post } from './api.js';
import { find } from './dom.js';

const SAY_EVERY = 60_000; // milliseconds
const ASK_AFTER = 13 * 60_000; // two minutes before the server ends it
const ON_A_CALL = 58 * 60_000;

export function watchIdle() {
  let used = Date.now();
  let said = Date.now();
  const dialog = find('#still');
  const note = () => {
    used = Date.now();
    if (used - said < SAY_EVERY) return;
    said = used;
    post('awake').catch(() => {});
  };
  for (const kind of ['pointerdown', 'pointermove', 'keydown', 'scroll']) addEventListener(kind, note, { passive: true });
  find('#still-here').addEventListener('click', () => {
    dialog.close();
    said = 0;
    note();
  });
  setInterval(() => {
    const limit = find('#rows [data-state^="mine"]') ? ON_A_CALL : ASK_AFTER;
    if (Date.now() - used > limit && !dialog.open) dialog.showModal();
  }, 10_000);
}
