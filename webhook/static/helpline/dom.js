// The page's words and parts. Every word is in the page already; nothing here makes markup from text.
export const find = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

export function word(name, values = {}) {
  const said = find(`[data-word="${name}"]`).textContent;
  return said.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

export function copyOf(template) {
  return document.getElementById(template).content.cloneNode(true);
}

export function fill(within, fields) {
  for (const [name, value] of Object.entries(fields)) {
    for (const place of all(`[data-field="${name}"]`, within)) place.textContent = value ?? '';
  }
}

// Shows what is true of a request, and removes the rest, so that a screen reader never meets it.
export function when(within, facts) {
  for (const place of all('[data-when]', within)) {
    const on = facts[place.dataset.when];
    if (on === undefined) continue;
    place.hidden = !on;
  }
}

export function flags(within, row) {
  for (const flag of all('[data-flag]', within)) {
    const value = row[flag.dataset.flag];
    if (!value) flag.remove();
    else if (typeof value === 'string') flag.textContent = value;
  }
}

export function tell(place, said) {
  const box = typeof place === 'string' ? document.getElementById(place) : place;
  box.hidden = !said;
  (find('span', box) ?? box).textContent = said ?? '';
}
