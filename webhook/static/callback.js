// The call form, the privacy notice and what follows them, fetched into this document: no page of the chat is left behind.

import { bringIntoView, raiseBanner } from './show.js';

// Puts the page at `path` into `place`, its forms answered in place again; throws when there is no connection.
export async function fetchInto(place, path, body) {
  const response = await fetch(path, { method: body ? 'POST' : 'GET', cache: 'no-store', body });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  place.replaceChildren(...page.querySelector('main').childNodes);
  place.classList.add('sheet');
  if (page.getElementById('danger').children.length) raiseBanner();
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
  bringIntoView(place);
}

// Opens the call form of this chat's area in `place`; `lost` is called when a request did not get through.
export async function openForm(place, session, lost) {
  place.addEventListener('submit', (event) => {
    event.preventDefault();
    submit(place, event.target, event.submitter).catch(lost);
  });
  await fetchInto(place, '/callback/form', new URLSearchParams({ session })).catch(lost);
}

// Sealed before it is sent, where it can be; nothing is sent while the form cannot be, which is said at its field.
async function submit(place, form, submitter) {
  const { bodyOf } = await import('./seal-form.js');
  const body = await bodyOf(form, submitter);
  if (body) await fetchInto(place, new URL(form.action).pathname, body);
}
