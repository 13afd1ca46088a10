// What the lead must know: a request missed, left open or given back; each stays until a lead says she has seen it.
import { post } from './api.js';
import { find, tell, word } from './dom.js';

export function showAlerts(alerts) {
  const place = find('#alerts');
  if (!place) return;
  place.hidden = alerts.length === 0;
  const known = [...find('ul', place).children].map((each) => each.dataset.alert).join();
  if (known !== alerts.map(nameOf).join()) find('ul', place).replaceChildren(...alerts.map(item));
}

const nameOf = ({ id, kind }) => `${id}/${kind}`;

function item(alert) {
  const made = document.createElement('li');
  made.dataset.alert = nameOf(alert);
  const said = document.createElement('span');
  said.textContent = word(`alert_${alert.kind}`, { request: alert.id.slice(0, 8), when: alert.when });
  const button = document.createElement('button');
  button.textContent = word('alert_seen');
  button.addEventListener('click', async () => {
    try {
      await post('alerts/seen', { id: alert.id, kind: alert.kind });
      made.remove();
      find('#alerts').hidden = !find('#alerts li');
    } catch (error) {
      tell('wrong', error.message);
    }
  });
  made.append(said, button);
  return made;
}
