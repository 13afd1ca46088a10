// The recovery holder's page: her key is opened here, proves itself, approves the first worker, and seals what waits anew.
import { fromBase64 } from '../codec.js';
import { post } from './api.js';
import { keyForm } from './approval.js';
import { find, tell, word } from './dom.js';
import { openKey, unsealWith } from './keyfile.js';
import { rewrap } from './rewrap.js';

let holder = null; // { kid, pass, service, keys }

async function prove(event) {
  event.preventDefault();
  tell('wrong', '');
  const [file, passphrase] = [find('#keyfile').files[0], find('#passphrase')];
  try {
    const keyfile = JSON.parse(await file.text());
    const begun = await post('recovery/begin', { kid: String(keyfile.kid) });
    const keys = [await openKey(keyfile, fromBase64(begun.public_key), passphrase.value).catch(() => { throw new Error(word('key_wrong')); })];
    const { words } = await unsealWith(keys, begun.inner, begun.id, begun.service);
    const proved = await post('recovery/prove', { kid: keyfile.kid, words });
    holder = { kid: keyfile.kid, pass: proved.pass, service: begun.service, keys };
    find('#prove').hidden = true;
    find('#proved').hidden = false;
    find('#holds').textContent = word('recovery_holds', { service: begun.service });
    showWaiting(proved.waiting);
  } catch (error) {
    tell('wrong', error instanceof SyntaxError ? word('recovery_no_file') : error.message);
  }
  passphrase.value = '';
}

function showWaiting(waiting) {
  find('#no-keys').hidden = waiting.length > 0;
  find('#waiting-keys').replaceChildren(...waiting.map((each) => keyForm(each, (kid) => approve(kid, waiting.filter((other) => other !== each)))));
}

async function approve(kid, others) {
  tell('wrong', kid ? '' : word('people_wrong'));
  if (!kid) return;
  await tried(async () => {
    await asked('approve', { approve: kid });
    tell('said', word('people_approved', { count: await sealAgain(false) }));
    showWaiting(others);
  });
}

async function recover(event) {
  event.preventDefault();
  await tried(async () => {
    const rehearsal = find('#rehearse').checked;
    const count = await sealAgain(rehearsal);
    tell('said', word(rehearsal ? 'recovery_rehearsed' : 'recovery_done', { count }));
  });
}

// A rehearsal opens and seals everything, and keeps nothing of it.
async function sealAgain(rehearsal) {
  const given = await asked('requests');
  if (given.failed.length) tell('wrong', word('recovery_failed', { ids: given.failed.map((id) => id.slice(0, 8)).join(', ') }));
  return rewrap(given, holder.service, holder.keys, (sealed) => (rehearsal ? null : asked('replace', sealed)));
}

const asked = (what, body = {}) => post(`recovery/${what}`, { ...body, kid: holder.kid, pass: holder.pass });

async function tried(work) {
  tell('wrong', '');
  tell('said', word('recovery_working'));
  try {
    await work();
  } catch (error) {
    tell('said', '');
    tell('wrong', error.message);
  }
}

find('#prove').addEventListener('submit', prove);
find('#recover').addEventListener('submit', recover);
