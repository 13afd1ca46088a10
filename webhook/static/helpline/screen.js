// What is on the screen: light or dark, a curtain, the dialogs, and the desktop's own notices.
import { all, find, word } from './dom.js';

const THEMES = ['light', 'dark'];

export function listenForScreen() {
  applyTheme(localStorage.getItem('desk-theme'));
  find('#theme').addEventListener('click', () => {
    const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    localStorage.setItem('desk-theme', dark ? 'light' : 'dark');
    applyTheme(localStorage.getItem('desk-theme'));
  });
  find('#cover').addEventListener('click', () => curtain(true));
  find('#uncover').addEventListener('click', () => curtain(false));
  for (const button of all('[data-opens]')) button.addEventListener('click', () => find(`#${button.dataset.opens}`).showModal());
  find('#notices')?.addEventListener('click', askForNotices);
  if (find('#notices')) showNotices();
}

function applyTheme(theme) {
  if (THEMES.includes(theme)) document.documentElement.dataset.theme = theme;
}

export function curtain(on) {
  find('#curtain').hidden = !on;
  for (const part of all('body > :not(#curtain)')) part.inert = on;
  find(on ? '#uncover' : '#cover').focus();
}

export const covered = () => !find('#curtain').hidden;

async function askForNotices() {
  await Notification.requestPermission();
  showNotices();
}

function showNotices() {
  const button = find('#notices');
  const state = window.Notification?.permission ?? 'denied';
  button.hidden = state === 'denied';
  button.disabled = state === 'granted';
  if (state === 'granted') button.textContent = word('page_notices_on');
}

// Says that there is something new, and nothing of what.
export function notice(said) {
  if (window.Notification?.permission === 'granted' && document.hidden) new Notification(said, { tag: 'desk', silent: true });
}
