// One request on the desk: claimed, opened here with her own key, rung, and settled. What it says is in this page alone.
import { seal } from '../seal.js';
import { get, post } from './api.js';
import { all, copyOf, fill, find, flags, tell, when, word } from './dom.js';
import { unsealWith } from './keyfile.js';
import { clock, local, span } from './moments.js';

const RENEW = 60_000; // milliseconds; a lease lasts 20 minutes
// An ordinary UK mobile or landline: the number was sealed where no server could look at it, so it is looked at here.
const ORDINARY = /^\+44(?:7[1-57-9]\d{8}|[12]\d{8,9})$/;
const SETTLING = 3000; // milliseconds: the queue may still tell of the moment before she claimed it
const UNDO = 300; // seconds
const TO_LEAD = 'passed to safeguarding lead';
const OPEN_STILL = new Set(['no answer', 'reached but cut off', TO_LEAD]); // what may leave it open

export class Card {
  constructor(desk) {
    this.desk = desk;
    this.place = find('#card');
    this.id = null;
    this.row = null;
    this.opened = null;
    this.renewing = null;
    this.undoing = null;
    this.left = false;
    find('#undo').addEventListener('click', () => this.undo());
    setInterval(() => this.tick(), 1000);
  }

  // What a row's button does: claim it, go on with it, or settle what nobody else can.
  async choose(row) {
    if (this.opened && this.id !== row.id) return this.place.focus();
    return this.tried(async () => {
      const claims = row.state === 'waiting' || (row.state === 'lead' && row.claimable);
      if (claims && !row.claimable) return;
      if (claims) await post(`requests/${row.id}/claim`);
      if (claims || row.state.startsWith('mine')) return this.claimed(row);
      if (row.settle) this.settleOnly(row);
    });
  }

  claimed(row) {
    this.begin(row);
    const copy = copyOf('claimed-template');
    flags(copy, row);
    this.wire(copy);
    this.fillIn(copy);
    this.notYet();
    this.renewing = setInterval(() => this.renew(), RENEW);
    find('[data-does="open"]', this.place).focus();
    this.desk.queue.refresh();
  }

  // Opened before and its safe time is over, or another's: only the outcome can be recorded.
  settleOnly(row) {
    this.begin(row);
    this.fillIn(document.createDocumentFragment());
    this.outcome(this.place, { children: row.under_18, under_18: row.under_18 });
  }

  begin(row) {
    this.close();
    this.id = row.id;
    this.row = row;
    this.begun = Date.now();
  }

  fillIn(copy) {
    this.place.replaceChildren(copy);
    this.desk.queue.draw();
  }

  wire(within) {
    const does = { open: () => this.open(), hand_back: () => this.handBack(false), know: () => this.handBack(true) };
    for (const button of all('[data-does]', within)) {
      if (does[button.dataset.does]) button.addEventListener('click', does[button.dataset.does]);
    }
  }

  notYet() {
    const place = find('[data-when="not_yet"]', this.place);
    if (!place) return;
    place.hidden = this.row.open;
    place.textContent = this.row.open ? '' : word('card_not_yet', { window: this.row.window });
    find('[data-does="open"]', this.place).disabled = !this.row.open;
    if (this.row.state === 'mine_opened' && !this.row.open) this.settleOnly(this.row);
  }

  async open() {
    if (!this.desk.keys.length) {
      tell('wrong', word('card_locked'));
      find('#passphrase').focus();
      return;
    }
    await this.tried(async () => {
      const released = await post(`requests/${this.id}/open`);
      const request = await this.read(released.inner, this.id);
      const notes = [];
      for (const note of released.notes) notes.push({ ...note, said: await this.read(note.inner, note.id) });
      this.opened = { request, lastStart: released.last_start };
      this.show(request, notes);
      this.desk.queue.refresh();
    });
  }

  async read(inner, id) {
    try {
      return await unsealWith(this.desk.keys, inner, id, this.desk.me.service);
    } catch {
      throw new Error(word('error_unopened'));
    }
  }

  show(request, notes) {
    const copy = copyOf('opened-template');
    when(copy, facts(request, this.row, notes));
    for (const place of all('[data-when][hidden]', copy)) place.remove();
    fill(copy, {
      ask: request.name ? word('card_ask_for', { name: request.name }) : find('[data-word="card_no_name"]').textContent,
      her_word: request.her_word,
      our_word: request.our_word,
      stop_word: request.stop_word,
      booked: this.row.booked,
      window: word('card_window', { window: this.row.window, last: clock(this.opened.lastStart) }),
    });
    find('[data-field="notes"]', copy)?.replaceChildren(...notes.map(noteItem));
    const call = find('[data-does="call"]', copy);
    if (ORDINARY.test(request.number)) {
      call.href = `tel:141${local(request.number).replaceAll(' ', '')}`;
      call.textContent = word('card_call', { number: local(request.number) });
    } else {
      call.closest('p').textContent = word('card_odd_number');
    }
    this.wire(copy);
    find('form.note', copy).addEventListener('submit', (event) => this.keepNote(event));
    this.outcome(find('[data-outcome]', copy), request);
    this.fillIn(copy);
    this.tick();
    this.place.focus();
  }

  outcome(place, request) {
    const copy = copyOf('outcome-template');
    const form = find('form', copy);
    const gate = find('[data-when="decision"]', form);
    const flagged = Boolean(request.children || request.under_18 || this.row.under_18);
    if (flagged) find('[value="no child"]', gate).closest('label').remove();
    form.addEventListener('change', () => {
      const outcome = form.elements.outcome.value;
      const closes = !OPEN_STILL.has(outcome) || (outcome !== TO_LEAD && this.row.last_try) || form.dataset.decide;
      gate.hidden = !outcome || !closes;
      for (const choice of all('input', gate)) choice.required = !gate.hidden;
    });
    form.addEventListener('submit', (event) => this.settle(event));
    place.append(copy);
  }

  async settle(event) {
    event.preventDefault();
    const { outcome, decision } = event.target.elements;
    const id = this.id;
    const gate = find('[data-when="decision"]', event.target);
    await this.leaving(async () => {
      const after = await post(`requests/${id}/outcome`, { outcome: outcome.value, decision: gate.hidden ? null : decision.value });
      this.clear();
      this.say(after, id);
    }, () => {
      event.target.dataset.decide = 'yes';
      gate.hidden = false;
    });
  }

  say(after, id) {
    const name = after.ended ? 'ended' : after.outcome === TO_LEAD ? 'lead' : 'waiting';
    tell('said', word(`outcome_saved_${name}`, after));
    const button = find('#undo');
    let seconds = UNDO;
    const count = () => {
      button.textContent = word('outcome_undo', { seconds });
      button.hidden = seconds <= 0;
      if (seconds-- <= 0) clearInterval(this.undoing?.timer);
    };
    clearInterval(this.undoing?.timer);
    this.undoing = { id, timer: setInterval(count, 1000) };
    count();
  }

  async undo() {
    if (!this.undoing) return;
    const { id, timer } = this.undoing;
    clearInterval(timer);
    this.undoing = null;
    find('#undo').hidden = true;
    await this.tried(async () => {
      await post(`requests/${id}/undo`);
      tell('said', word('outcome_undone'));
      await this.desk.queue.refresh();
      const row = this.desk.queue.rows.find((each) => each.id === id);
      if (row) this.claimed(row);
    });
  }

  async handBack(hide) {
    await this.leaving(async () => {
      await post(`requests/${this.id}/hand-back`, { hide });
      this.clear();
    });
  }

  async keepNote(event) {
    event.preventDefault();
    const field = find('textarea', event.target);
    if (!field.value.trim()) return;
    await this.tried(async () => {
      const to = await get(`requests/${this.id}/note`);
      const inner = await seal({ note: field.value.trim() }, to);
      await post(`requests/${this.id}/note`, { token: to.token, inner });
      field.value = '';
      fill(event.target, { note_saved: word('card_note_saved') });
    });
  }

  async renew() {
    try {
      await post(`requests/${this.id}/renew`);
    } catch (error) {
      if (error.status === 410 || error.status === 409) this.stop(error.status === 410);
    }
  }

  // The queue changed: is what is on the desk still hers?
  changed(rows) {
    if (!this.id || this.left) return;
    const row = rows.find((each) => each.id === this.id);
    if (!row) return this.stop(true);
    const wasOpen = this.row.open;
    const taken = this.renewing && !row.state.startsWith('mine') && Date.now() - this.begun > SETTLING;
    this.row = row;
    if (taken) this.stop(false);
    else if (!this.opened && wasOpen !== row.open) this.notYet();
  }

  stop(cancelled) {
    this.close();
    const heading = document.createElement('h2');
    heading.textContent = word(cancelled ? 'card_cancelled' : 'card_taken');
    const text = document.createElement('p');
    text.textContent = cancelled ? word('card_cancelled_text') : '';
    this.place.replaceChildren(heading, text);
    this.place.classList.add('stopped');
    this.place.setAttribute('role', 'alert');
    this.place.focus();
    this.desk.queue.draw();
  }

  clear() {
    this.close();
    const nothing = document.createElement('p');
    nothing.className = 'soft';
    nothing.textContent = word('card_nothing');
    this.place.replaceChildren(nothing);
    this.desk.queue.refresh();
    find('#queue').focus();
  }

  close() {
    clearInterval(this.renewing);
    this.renewing = null;
    this.opened = null;
    this.id = null;
    this.row = null;
    this.place.classList.remove('stopped');
    this.place.removeAttribute('role');
  }

  // No call starts in the last 20 minutes: the link goes when its time is over.
  tick() {
    if (!this.opened) return;
    const left = this.opened.lastStart - this.desk.queue.now();
    fill(this.place, { left: left > 0 ? word('card_left', { time: span(left) }) : word('card_over') });
    find('.clock', this.place)?.classList.toggle('over', left <= 0);
    if (left <= 0) find('[data-does="call"]', this.place)?.closest('p').remove();
  }

  // What takes the request off the desk: the queue may tell of it before the answer comes, and that is no cancelling.
  async leaving(work, otherwise) {
    this.left = true;
    await this.tried(work, otherwise);
    this.left = false;
  }

  async tried(work, otherwise = () => {}) {
    tell('wrong', '');
    tell('said', '');
    try {
      await work();
    } catch (error) {
      tell('wrong', error.message);
      if (error.name === 'error_gone') this.stop(true);
      if (error.name === 'error_not_decided') otherwise();
    }
  }
}

// What of the read-out card holds for this request.
function facts(request, row, notes) {
  const words = Boolean(request.her_word || request.our_word);
  return {
    danger: row.danger || request.danger_today,
    flood: row.flood,
    under_18: row.under_18 || request.under_18,
    children: request.children,
    words,
    no_words: !words && request.channel !== 'sms',
    by_text: request.channel === 'sms',
    stop_word: Boolean(request.stop_word),
    hang_up: request.if_answered !== 'wrong_number',
    wrong_number: request.if_answered === 'wrong_number',
    voicemail: request.voicemail === true,
    voicemail_no: request.voicemail !== true,
    may_text: request.may_text === true,
    may_text_no: request.may_text !== true,
    picks_up: request.picks_up === true,
    picks_up_no: request.picks_up !== true,
    rings_me: request.rings_back === 'me',
    rings_them: request.rings_back !== 'me',
    booked: Boolean(row.booked),
    notes: notes.length > 0,
  };
}

function noteItem(note) {
  const item = document.createElement('li');
  const who = document.createElement('strong');
  who.textContent = `${note.author}: `;
  item.append(who, note.said.note);
  return item;
}
