// What already waits is opened here, shown to nobody, and sealed again to the keys of today; `keep` is given each.
import { seal } from '../seal.js';
import { unsealWith } from './keyfile.js';

export async function rewrap({ requests, recipients }, service, keys, keep) {
  for (const { id, inner } of requests) {
    const plain = await unsealWith(keys, inner, id, service);
    await keep({ id, inner: await seal(plain, { id, service, recipients }) });
  }
  return requests.length;
}
