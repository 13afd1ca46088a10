"""The sites of the tests: Linden itself, a council on another site that records what its page is told, and the neutral page."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from flask import Flask, Response, request
from werkzeug.serving import make_server

from tests.browser.engines import free_port, wait_until

WEATHER = "<!doctype html><title>Weather</title><h1>Weather</h1><p>Rain later.</p>"
START = "<!doctype html><title>Start</title><h1>Council tax</h1>"


# Added to a page's own script: says how long after a click or key in it, its heading was gone, in milliseconds.
STOPWATCH = """
let pressed;
for (const kind of ['click', 'keydown']) addEventListener(kind, ({timeStamp}) => { pressed = timeStamp; }, true);
addEventListener('blur', () => { pressed = undefined; });
new MutationObserver((_, watch) => {
  if (!pressed || document.querySelector('h1')) return;
  navigator.sendBeacon('/said/blank', performance.now() - pressed);
  watch.disconnect();
}).observe(document, {childList: true, subtree: true});
"""
SESSION = re.compile(r'name="session" value="([^"]+)"')


@dataclass(frozen=True)
class Hit:
    """One request a site received: when (monotonic seconds), what, the headers that may tell on somebody, and what was posted."""

    at: float
    what: str
    cookie: str
    referrer: str
    body: bytes = b""


@dataclass
class Site:
    """A small server that answers from `pages`, notes every hit, and holds its answers back while `held`."""

    host: str
    pages: dict[str, str] = field(default_factory=dict)
    hits: list[Hit] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                site.hits.append(Hit(time.monotonic(), self.path, self.headers.get("Cookie", ""), self.headers.get("Referer", ""), body))
                site.wait_while_held()
                page = site.pages.get(self.path)
                shown = (page or "").encode()
                self.send_response(200 if page else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(shown)))
                self.end_headers()
                self.wfile.write(shown)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.2" if self.host == "127.0.0.2" else "127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.origin = f"http://{self.host}:{self.server.server_port}"

    def wait_while_held(self) -> None:
        end = time.monotonic() + 10
        while self.held.is_set() and time.monotonic() < end:
            time.sleep(0.01)

    def saw(self, what: str, since: float = 0.0) -> float | None:
        """When `what` was first asked for after `since`, or None."""
        return next((hit.at for hit in list(self.hits) if hit.what == what and hit.at >= since), None)

    def wait_for(self, what: str, since: float = 0.0) -> float:
        """Wait for `what` to be asked for; return when it was."""
        wait_until(lambda: self.saw(what, since), f"{what} at {self.origin}")
        return self.saw(what, since) or 0.0

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class LindenSite:
    """Linden itself on a real socket; it can be made unreachable, slow, or silent about one path."""

    def __init__(self, make: Callable[[int], Flask]) -> None:
        self.port = free_port()
        self.app = make(self.port)
        self.origin = f"http://127.0.0.1:{self.port}"
        self.hits: list[Hit] = []
        self.lost: set[str] = set()
        self.app.before_request(self._note)
        self.app.after_request(self._lose)
        self.app.after_request(self._time)
        self.given: list[str] = []  # the pages that were answered to a plain form
        self.resume()

    def resume(self) -> None:
        """Answer, for the first time or again."""
        self.server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def _note(self) -> None:
        what = f"{request.method} {request.path}"
        self.hits.append(Hit(time.monotonic(), what, request.headers.get("Cookie", ""), request.headers.get("Referer", ""), request.get_data()))

    def _lose(self, response: Response) -> Response:
        """Take the request, then break the line before the answer, for the paths in `lost`."""
        if request.path == "/chat":
            self.given.append(unescape(response.get_data(as_text=True)))
        if request.path in self.lost:
            response.headers["Content-Length"] = "999999"
            response.headers["Connection"] = "close"
        return response

    def _time(self, response: Response) -> Response:
        if request.path == "/static/chat.js":
            response.direct_passthrough = False
            response.set_data(response.get_data(as_text=True) + STOPWATCH)
        return response

    def count(self, what: str) -> int:
        return sum(hit.what == what for hit in list(self.hits))

    def wait_for(self, what: str, times: int = 1) -> None:
        wait_until(lambda: self.count(what) >= times, f"{what} at Linden")

    def pause(self) -> None:
        """Be out of reach: nothing listens on the port."""
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()


REPORT = f"""<script>
{STOPWATCH}
addEventListener('load', () => fetch('/said/load', {{method: 'POST'}}));
addEventListener('message', ({{data}}) => {{ if (data && data.linden) fetch('/said/' + data.linden, {{method: 'POST', keepalive: true}}); }});
</script>"""


def council_page(body: str) -> str:
    """A council page that tells its own server when it is loaded and which words the frame says to it."""
    return f"<!doctype html><html lang=en><title>Housing</title><meta name=viewport content='width=device-width'>{REPORT}<h1>Housing</h1><p>Bins on Tuesday. <a href='/start'>Start</a></p><input id=search aria-label=Search>{body}"


def council(linden: str, way_out: str) -> dict[str, str]:
    """The pages of the council: with the loader, with its own `way_out`, and with the frame alone in the ways it may stand there."""
    frame = f'<iframe src="{linden}/widget" title="chat" width="400" height="600" %s></iframe>'
    loader = f'<script src="{linden}/widget.js" data-area="Dudley"%s></script>'
    blocked = f'<script src="{linden}/not-there.js"></script><a id=plain href="{linden}/" rel=noreferrer>Someone to ask</a>'
    allow = "allow-scripts allow-same-origin allow-forms"
    return {
        "/start": START,
        "/housing": council_page(loader % ""),
        "/way-out": council_page(loader % f' data-exit="{way_out}"'),
        "/wrong-way-out": council_page(loader % ' data-exit="javascript:alert(1)"'),
        "/blocked": council_page(blocked),
        "/frame": council_page(frame % ""),
        "/sandboxed": council_page(frame % f'sandbox="{allow}"'),
        "/sandboxed-top": council_page(frame % f'sandbox="{allow} allow-top-navigation-by-user-activation"'),
    }
