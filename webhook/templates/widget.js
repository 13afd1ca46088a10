// Linden's loader: a bar, a frame, a way out. It reads nothing of this page and cannot read the chat.
(() => {
  const own = document.currentScript, set = own.dataset, words = {{ words | tojson }};
  const origin = new URL(own.src).origin, exit = /^https?:/.test(set.exit) ? set.exit : {{ exit | tojson }};
  const make = (name, props) => Object.assign(document.createElement(name), props);
  const host = make('linden-chat'), root = host.attachShadow({ mode: 'open' });
  const left = set.side === 'left', label = set.label || words.open;
  let frame, ready;

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
:host{all:initial!important;position:fixed!important;z-index:2147483000!important;bottom:0!important;${left ? 'left' : 'right'}:0!important;display:grid!important;justify-items:${left ? 'start' : 'end'}!important;font:600 17px/1.2 system-ui,sans-serif!important;pointer-events:none!important}
[hidden]{display:none!important}
div{display:flex;gap:8px;padding:10px 12px}
div,iframe{pointer-events:auto;box-sizing:border-box}
button{min-height:46px;padding:5px 18px;border:2px solid #fff;border-radius:24px;font:inherit;cursor:pointer;color:var(--linden-act-ink,#fff);background:var(--linden-act,#1d5c63);box-shadow:0 2px 10px #0005}
.leave{color:var(--linden-leave-ink,#fff);background:var(--linden-leave,#8a1f2b)}
small{display:block;font-size:12px}
button:focus-visible{outline:3px solid #22302f;outline-offset:2px}
iframe{border:1px solid #7d8783;border-radius:16px;margin:0 12px;width:min(430px,100vw - 24px);height:min(760px,100vh - 84px);box-shadow:0 8px 36px #0006}
@media(pointer:coarse){small{display:none}}
@media(max-width:480px){iframe{margin:0;width:100vw;height:calc(100vh - 66px);border:0;border-radius:0}}
@media print{:host{display:none!important}}`);
  root.adoptedStyleSheets = [sheet];

  const button = (text, onclick) => make('button', { type: 'button', textContent: text, onclick });
  const leave = button(words.leave, go), open = button(label, () => toggle(!frame || frame.hidden)), bar = make('div');
  leave.className = 'leave';
  leave.append(make('small', { textContent: words.hint }));
  bar.append(leave, open);
  root.append(bar);

  const tell = (linden, more) => frame?.contentWindow?.postMessage({ linden, ...more }, origin);

  // All goes but the frame, hidden: it must still tell its server to forget.
  function go() {
    tell('leave');
    bar.remove();
    if (frame) frame.hidden = true;
    document.title = '\u2009';
    for (let node = host; node !== document.documentElement; node = node.parentNode) {
      for (const each of [...node.parentNode.childNodes]) if (each !== node) each.remove();
    }
    location.replace(exit);
  }

  function toggle(show) {
    if (show && !frame) {
      frame = make('iframe', { src: origin + '/widget', title: words.title, referrerPolicy: 'no-referrer' });
      root.prepend(frame);
    }
    frame.hidden = !show;
    open.textContent = show ? words.hide : label;
    open.setAttribute('aria-expanded', show);
    if (!show) open.focus();
    else if (ready) tell('shown');
  }

  function settings({ names }) {
    const style = getComputedStyle(host), theme = {};
    for (const name of names) theme[name] = style.getPropertyValue('--linden-' + name).trim();
    tell('settings', { theme, exit, area: set.area, heading: set.heading });
    ready = tell('shown') || 1;
  }

  addEventListener('message', ({ source, data }) => {
    if (frame && source === frame.contentWindow) ({ ready: settings, leave: go, close: () => toggle(false) })[data.linden]?.(data);
  });

  let presses = [];
  addEventListener('keydown', ({ key, repeat, timeStamp }) => {
    if (repeat) return;
    presses = key === 'Shift' ? [...presses.filter((at) => timeStamp - at < 5000), timeStamp] : [];
    if (presses.length > 2) go();
  }, true);

  if (document.body) own.after(host);
  else addEventListener('DOMContentLoaded', () => document.body.append(host));
})();
