// One button: the passkey says who it is.
import { post } from './api.js';
import { find, tell } from './dom.js';
import { get } from './passkey.js';

const button = find('#sign-in');
button.addEventListener('click', async () => {
  button.disabled = true;
  tell('wrong', '');
  try {
    await post('sign-in/finish', { credential: await get(await post('sign-in/begin')) });
    location.replace('/helpline/');
  } catch (error) {
    tell('wrong', error.message);
    button.disabled = false;
  }
});
if (location.hash === '#ended') tell('ended', find('#ended').dataset.said);
button.focus();
