// Leaving: the server forgets, the page is blank at once, and the neutral page takes this page's place in the history.

import { embedded, host, tellHost } from './host.js';
import { forget } from './session.js';

const PRESSES = 3;
const WITHIN = 5_000; // milliseconds
const HOST_HAS = 250; // milliseconds for the page around to move the window before the frame tries it

let second; // the frame's own try, if the page around does nothing

export function leave(exit) {
  forget();
  blank();
  if (!embedded) return location.replace(exit);
  tellHost('leave');
  if (!host.answers) return moveTop(exit);
  second = setTimeout(moveTop, HOST_HAS, exit);
}

// The page around is moving the window: a second try would only begin the journey again.
export function hostLeaves() {
  clearTimeout(second);
  forget();
  blank();
}

// Removes every node: what is not there cannot be shown, whatever the network does next.
function blank() {
  document.title = '\u2009';
  document.querySelector('link[rel=icon]')?.remove();
  document.body.replaceChildren();
}

// The frame's own way out, where no loader stands beside it. A browser may refuse; then the frame at least stays blank.
function moveTop(exit) {
  try { window.top.location.replace(host.exit || exit); } catch { /* refused by the sandbox or for want of a click */ }
}

// Calls `leave` at the third Shift with no other key between: a capital letter in a sentence is not a wish to go.
// The button says that the keys work only from here on: without JavaScript they do not.
export function onThreeShifts(leaveNow) {
  document.querySelector('.keys').hidden = false;
  let presses = [];
  document.addEventListener('keydown', ({ key, repeat, timeStamp }) => {
    if (repeat) return;
    presses = key === 'Shift' ? [...presses.filter((at) => timeStamp - at < WITHIN), timeStamp] : [];
    if (presses.length >= PRESSES) leaveNow();
  }, true);
}
