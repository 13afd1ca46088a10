// The council page around the frame, if there is one: it moves the window when she leaves, and lends its colours.

export const embedded = window.parent !== window;
export const host = { answers: false, exit: '' };

const COLOURS = ['page', 'ink', 'soft', 'card', 'line', 'edge', 'mine', 'act', 'act-ink', 'leave', 'leave-ink', 'round'];

// Says one word to the page around; it carries nothing of the chat, so any page may hear it.
export function tellHost(word, more) {
  if (embedded) window.parent.postMessage({ linden: word, ...more }, '*');
}

// Calls the handler named by each message of the page around: settings, leave, shown.
export function listenToHost(handlers) {
  if (!embedded) return;
  addEventListener('message', ({ source, data }) => {
    if (source === window.parent && Object.hasOwn(handlers, data?.linden)) handlers[data.linden](data);
  });
  tellHost('ready', { names: COLOURS });
}

export function takeSettings({ theme = {}, exit = '', area = '', heading = '', chat }) {
  host.answers = true;
  if (/^https?:\/\//.test(exit)) host.exit = exit;
  chat.area = String(area);
  if (heading) document.querySelector('h1').textContent = heading;
  for (const name of COLOURS) {
    if (theme[name]) document.documentElement.style.setProperty(`--${name}`, theme[name]);
  }
}
