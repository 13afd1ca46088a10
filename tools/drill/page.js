// Run by a drill in a page of the front door: each form is fetched, filled in, sealed by the page's own code and sent.

import { bodyOf } from '/static/seal-form.js';

async function send(who) {
  const near = { 'X-Forwarded-For': who.network };
  const fetched = await fetch('/callback/form', { method: 'POST', body: new URLSearchParams({ area: who.area }), headers: near });
  document.body.innerHTML = await fetched.text();
  const form = document.querySelector('form[data-seal]');
  form.elements.number.value = who.number;
  form.elements.her_word.value = who.word;
  for (const pick of who.picks) form.elements.window[pick].checked = true;
  for (const name of who.ticks) form.elements[name].checked = true;
  const body = await bodyOf(form);
  const headers = { Accept: 'application/json', ...near };
  const answers = [await fetch('/callback', { method: 'POST', body, headers }), await fetch('/callback', { method: 'POST', body, headers })];
  return Promise.all(answers.map(async (answer) => ({ status: answer.status, ...await answer.json() })));
}

try {
  const sent = [];
  for (const who of await (await fetch('/drill/given')).json()) sent.push(await send(who));
  await fetch('/drill/done', { method: 'POST', body: JSON.stringify({ sent }) });
} catch (error) {
  await fetch('/drill/done', { method: 'POST', body: JSON.stringify({ error: String(error) }) });
}
