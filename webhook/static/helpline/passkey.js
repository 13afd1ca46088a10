// Passkeys: what the server's options and the authenticator's answers look like on the way between the two.
import { word } from './dom.js';
import { fromUrlSafe, toUrlSafe } from '../codec.js';

const toUrl = (buffer) => toUrlSafe(buffer).replace(/=+$/, '');
const fromUrl = (value) => fromUrlSafe(value.padEnd(Math.ceil(value.length / 4) * 4, '='));

export async function create(options) {
  const publicKey = { ...options, challenge: fromUrl(options.challenge), user: { ...options.user, id: fromUrl(options.user.id) } };
  publicKey.excludeCredentials = (options.excludeCredentials ?? []).map((each) => ({ ...each, id: fromUrl(each.id) }));
  const made = await asked(() => navigator.credentials.create({ publicKey }));
  const { clientDataJSON, attestationObject } = made.response;
  return answer(made, { clientDataJSON: toUrl(clientDataJSON), attestationObject: toUrl(attestationObject) });
}

export async function get(options) {
  const found = await asked(() => navigator.credentials.get({ publicKey: { ...options, challenge: fromUrl(options.challenge), allowCredentials: [] } }));
  const { clientDataJSON, authenticatorData, signature, userHandle } = found.response;
  const response = { clientDataJSON: toUrl(clientDataJSON), authenticatorData: toUrl(authenticatorData), signature: toUrl(signature) };
  return answer(found, { ...response, userHandle: userHandle ? toUrl(userHandle) : null });
}

async function asked(ceremony) {
  if (!window.PublicKeyCredential) throw new Error(word('error_browser'));
  try {
    return await ceremony();
  } catch {
    throw new Error(word('error_passkey'));
  }
}

const answer = (made, response) => ({ id: made.id, rawId: toUrl(made.rawId), type: made.type, response, clientExtensionResults: {} });
