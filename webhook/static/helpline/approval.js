// A key that waits: approved by the fingerprint its owner read out, which this browser, not the server, compares with the key.
import { fingerprint, fromBase64 } from '../codec.js';
import { word } from './dom.js';

// `typed` is given the kid when what was typed is its fingerprint, and null when it is not.
export function keyForm(waiting, typed) {
  const form = document.createElement('form');
  const label = document.createElement('label');
  label.textContent = `${waiting.name}. ${word('people_fingerprint')}`;
  const field = document.createElement('input');
  field.id = `fingerprint-${waiting.public_key.slice(0, 12).replace(/\W/g, '')}`;
  label.htmlFor = field.id;
  Object.assign(field, { autocomplete: 'off', spellcheck: false, required: true, maxLength: 40, className: 'spoken' });
  const button = document.createElement('button');
  button.textContent = word('people_approve');
  form.append(label, field, button);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const kid = await fingerprint(fromBase64(waiting.public_key));
    await typed(field.value.toLowerCase().replace(/[^0-9a-z]/g, '') === kid ? kid : null);
  });
  return form;
}
