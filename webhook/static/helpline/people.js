// The people of the service: a colleague's key approved by what they read out, a new link, and leaving.
import { get, post } from './api.js';
import { keyForm } from './approval.js';
import { find, tell, word } from './dom.js';
import { rewrap } from './rewrap.js';

let desk = null;

export function listenForPeople(parts) {
  desk = parts;
  find('[data-opens="people"]').addEventListener('click', show);
  find('#invite')?.addEventListener('submit', invite);
}

const dialog = () => find('#people');
const wrong = (said) => tell(find('.wrong', dialog()), said);

async function show() {
  wrong('');
  try {
    const { people, waiting, me } = await get('people');
    find('#people-list').replaceChildren(...people.map((person) => personItem(person, me)));
    find('#waiting-keys')?.replaceChildren(...waiting.map((each) => keyForm(each, approve)));
    if (find('#no-keys')) find('#no-keys').hidden = waiting.length > 0;
  } catch (error) {
    wrong(error.message);
  }
}

async function approve(kid) {
  wrong('');
  if (!desk.keys.length) return wrong(word('people_locked'));
  if (!kid) return wrong(word('people_wrong'));
  tell('people-said', word('people_approving'));
  try {
    await post('people/approve', { kid });
    const given = await get(`people/rewrap/${kid}`);
    const count = await rewrap(given, desk.me.service, desk.keys, (sealed) => post(`people/rewrap/${kid}`, sealed));
    tell('people-said', word('people_approved', { count }));
  } catch (error) {
    tell('people-said', '');
    wrong(error.message);
  }
  return show();
}

function personItem(person, me) {
  const item = document.createElement('li');
  item.append(`${person.name}, ${word(`role_${person.role}`)} `);
  const mine = person.id === me;
  if (!mine && !find('#invite')) return item;
  const button = document.createElement('button');
  button.textContent = word(mine ? 'people_leave_me' : 'people_leave');
  button.addEventListener('click', () => leave(button, person));
  item.append(button);
  return item;
}

async function leave(button, person) {
  if (!button.dataset.sure) {
    button.dataset.sure = 'yes';
    button.textContent = word('people_confirm', { name: person.name });
    return;
  }
  try {
    await post('people/leave', { id: person.id });
    await show();
  } catch (error) {
    wrong(error.message);
  }
}

async function invite(event) {
  event.preventDefault();
  wrong('');
  try {
    const { link } = await post('people/invite', { name: find('#invite-name').value, role: find('#invite-role').value });
    find('#invited').hidden = false;
    find('#invited output').textContent = link;
  } catch (error) {
    wrong(error.message);
  }
}
