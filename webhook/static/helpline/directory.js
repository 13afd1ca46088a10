// The editors' page: one press confirms a service in the name of whoever is signed in.
import { get, post, setToken } from './api.js';
import { all, find, tell } from './dom.js';
import { watchIdle } from './idle.js';
import { listenForScreen } from './screen.js';

async function begin() {
  const { token } = await get('me');
  setToken(token);
  listenForScreen();
  watchIdle();
  for (const button of all('[data-confirms]')) button.addEventListener('click', () => confirm(button));
  find('#sign-out').addEventListener('click', async () => {
    await post('sign-out');
    location.replace('/helpline/sign-in');
  });
}

async function confirm(button) {
  const entry = button.closest('.entry');
  button.disabled = true;
  tell('wrong', '');
  try {
    const { say, left } = await post('directory/confirm', { id: button.dataset.confirms });
    for (const problem of all('[data-problem]', entry)) if (!left.includes(problem.dataset.problem)) problem.remove();
    find('.checked', entry).textContent = say;
    tell('said', `${find('h3', entry).firstChild.textContent.trim()}. ${say}`);
    button.remove();
    entry.focus();
  } catch (error) {
    button.disabled = false;
    tell('wrong', error.message);
  }
}

begin().catch((error) => tell('wrong', error.message));
