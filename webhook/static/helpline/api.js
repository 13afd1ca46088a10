// Asks the server; every change carries the session's token. A refusal is an error with the words the server gave.
import { word } from './dom.js';

let token = '';

export class Refused extends Error {
  constructor(name, said, status) {
    super(said);
    this.name = name;
    this.status = status;
  }
}

export const setToken = (value) => {
  token = value;
};

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(`/helpline/${path}`, { ...options, credentials: 'same-origin', cache: 'no-store', redirect: 'error' });
  } catch {
    throw new Refused('error_offline', word('error_offline'), 0);
  }
  const body = await answer.json().catch(() => ({ error: 'error_offline', say: word('error_offline') }));
  if (answer.status === 401) location.replace('/helpline/sign-in#ended');
  if (!answer.ok) throw new Refused(body.error, body.say, answer.status);
  return body;
}

export const get = (path) => ask(path, { headers: { Accept: 'application/json' } });

export const post = (path, body = {}) =>
  ask(path, {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-Helpline-Token': token },
    body: JSON.stringify(body),
  });
