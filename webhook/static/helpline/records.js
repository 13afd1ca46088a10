// The counts and the audit, read afresh each time they are opened.
import { get } from './api.js';
import { find, tell, word } from './dom.js';

export function listenForRecords() {
  find('[data-opens="records"]')?.addEventListener('click', show);
}

async function show() {
  try {
    const [health, audit, deletion] = await Promise.all([get('health'), get('audit'), get('deletion')]);
    for (const [name, count] of Object.entries(health)) {
      const place = find(`#health [data-count="${name}"] strong`);
      if (place) place.textContent = count ?? '–';
    }
    find('#outcomes-counted').replaceChildren(...Object.entries(health.outcomes).map(([name, count]) => element('li', `${count} × ${name}`)));
    sayDeletion(deletion);
    tell('whole', audit.broken === null ? word('records_whole') : word('records_broken', { number: audit.broken }));
    find('#whole').classList.toggle('wrong', audit.broken !== null);
    find('#audit').replaceChildren(...audit.rows.map(line));
  } catch (error) {
    tell('wrong', error.message);
  }
}

function sayDeletion({ ran, late, clean, took, count, next }) {
  const how = late ? 'late' : clean ? 'ran' : 'unclean';
  find('#deletion-ran').textContent = ran ? word(`records_deletion_${how}`, { when: ran }) : word('records_deletion_never');
  find('#deletion-ran').classList.toggle('wrong', late || !clean);
  find('#deletion-took').textContent = took ? word('records_deletion_took', took) : word('records_deletion_nothing');
  find('#deletion-next').textContent = count ? word('records_deletion_next', { count, when: next }) : word('records_deletion_none');
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function line(row) {
  const made = document.createElement('tr');
  made.append(...[row.when, row.worker, row.request, row.action].map((text) => element('td', text)));
  return made;
}
