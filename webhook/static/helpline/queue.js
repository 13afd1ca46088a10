// The queue as the server tells it, redrawn when it changes; each row is one button, so that keys and readers find it.
import { showAlerts } from './alerts.js';
import { get } from './api.js';
import { all, copyOf, fill, find, flags, tell, word } from './dom.js';
import { span } from './moments.js';
import { notice } from './screen.js';

const SOON = 12 * 3600; // seconds: further off, the day says enough
const ASK_EVERY = 10_000; // milliseconds, when no stream is to be had

export class Queue {
  constructor(desk) {
    this.desk = desk;
    this.rows = [];
    this.skew = 0; // seconds the server's clock is ahead of this one
    this.asking = null;
  }

  start() {
    this.stream();
    setInterval(() => this.tick(), 10_000);
  }

  stream() {
    const source = new EventSource('/helpline/queue/live');
    source.addEventListener('queue', (event) => {
      this.live('page_live', true);
      this.show(JSON.parse(event.data));
    });
    source.addEventListener('busy', () => {
      source.close();
      this.ask();
    });
    source.addEventListener('ended', () => location.replace('/helpline/sign-in#ended'));
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return; // it comes back by itself
      this.live('page_lost', false);
      this.ask();
    };
  }

  // Without a stream the page asks every ten seconds, and says so.
  ask() {
    this.asking ??= setInterval(() => this.refresh(), ASK_EVERY);
    this.refresh();
  }

  async refresh() {
    try {
      this.show(await get('queue'));
      this.live(this.asking ? 'page_polling' : 'page_live', true);
    } catch {
      this.live('page_lost', false);
    }
  }

  live(name, good) {
    const place = find('#live');
    if (place.textContent !== word(name)) place.textContent = word(name);
    place.classList.toggle('good', good);
  }

  now() {
    return Date.now() / 1000 + this.skew;
  }

  show({ now, counts, rows, alerts }) {
    const known = new Set(this.rows.map((row) => row.id));
    if (this.rows.length && rows.some((row) => !known.has(row.id))) notice(word('notice_desktop'));
    this.skew = now - Date.now() / 1000;
    this.rows = rows;
    for (const [name, count] of Object.entries(counts)) {
      const place = find(`[data-count="${name}"]`, find('#counts'));
      find('strong', place).textContent = count;
      place.classList.toggle('some', count > 0);
    }
    find('#empty').hidden = rows.length > 0;
    showAlerts(alerts);
    this.draw();
    this.desk.card.changed(rows);
  }

  draw() {
    const list = find('#rows');
    const focused = document.activeElement?.closest?.('#rows .row')?.dataset.id;
    list.replaceChildren(...this.rows.map((row) => this.row(row)));
    if (focused) find(`#rows [data-id="${focused}"] button`)?.focus();
  }

  row(row) {
    const copy = copyOf('row-template');
    flags(copy, row);
    fill(copy, {
      window: row.window,
      left: this.left(row),
      state: row.state === 'waiting' ? '' : word(`queue_state_${row.state}`),
      who: row.who && !row.state.startsWith('mine') ? word('queue_by', { name: row.who }) : '',
      age: row.hours ? word('queue_age', { hours: row.hours }) : word('queue_new'),
      attempts: row.attempts ? word('queue_attempts', { attempts: row.attempts }) : '',
      does: this.does(row),
    });
    const item = find('li', copy);
    item.dataset.id = row.id;
    item.dataset.state = row.state;
    item.classList.toggle('danger', row.danger);
    item.classList.toggle('ready', row.open);
    item.classList.toggle('chosen', row.id === this.desk.card.id);
    find('button', copy).addEventListener('click', () => this.desk.card.choose(row));
    return copy;
  }

  does(row) {
    if (row.state.startsWith('mine')) return word('queue_go_on');
    if (row.state === 'waiting') return word(row.claimable ? 'queue_claim' : 'queue_wait');
    if (row.state === 'lead' && row.claimable && row.settle) return word('queue_claim');
    return row.settle ? word('queue_settle') : '';
  }

  left(row) {
    if (row.state === 'lost') return '';
    const seconds = row.open ? row.last_start - this.now() : row.starts - this.now();
    if (seconds > SOON) return '';
    return word(row.open ? 'queue_minutes' : 'queue_starts', { time: span(seconds) });
  }

  tick() {
    this.draw();
  }

  step(by) {
    const buttons = all('#rows button');
    const at = buttons.indexOf(document.activeElement);
    buttons[Math.min(buttons.length - 1, Math.max(0, at + by))]?.focus();
  }
}
