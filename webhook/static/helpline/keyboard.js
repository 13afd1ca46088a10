// Single keys, while nothing is being typed; they can be switched off (WCAG 2.1.4).
import { all, find } from './dom.js';
import { covered, curtain } from './screen.js';

export function listen(desk) {
  const press = (selector) => find(selector)?.click();
  const does = {
    j: () => desk.queue.step(1),
    k: () => desk.queue.step(-1),
    c: () => press('#card [data-does="call"]'),
    s: () => press('#card form.outcome .act'),
    u: () => press('#undo:not([hidden])'),
    h: () => curtain(true),
    p: () => find('#passphrase')?.focus(),
    '?': () => find('#help').showModal(),
  };
  addEventListener('keydown', (event) => {
    const typing = event.target.closest?.('input:not([type=radio], [type=checkbox]), textarea, select');
    if (typing || event.ctrlKey || event.altKey || event.metaKey || !find('#keys-on').checked) return;
    if (covered() || find('dialog[open]')) return;
    if (/^[1-9]$/.test(event.key)) return choose(Number(event.key) - 1, event);
    const act = does[event.key === '?' ? '?' : event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function choose(index, event) {
  const choice = all('#card form.outcome [name="outcome"]')[index];
  if (!choice) return;
  event.preventDefault();
  choice.click();
  choice.focus();
}
