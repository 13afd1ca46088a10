"""A plain HTTP balancer: each request goes to the next server in turn, or to the one after it when that one is gone."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WAIT_SECONDS = 30.0


class Balancer:
    """Listens on a free port of the loopback; counts what it passed to each server."""

    def __init__(self, ports: list[int]) -> None:
        self.passed: Counter[int] = Counter()
        self.under_way = self.most_at_once = 0
        turn, lock = itertools.cycle(range(len(ports))), threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.pass_on()

            def do_POST(self) -> None:
                self.pass_on()

            def pass_on(inner) -> None:  # noqa: N805
                body = inner.rfile.read(int(inner.headers.get("Content-Length") or 0))
                with lock:
                    first = next(turn)
                    self.under_way += 1
                    self.most_at_once = max(self.most_at_once, self.under_way if inner.path.endswith("/message") else 0)
                try:
                    inner.try_from(first, body)
                finally:
                    with lock:
                        self.under_way -= 1

            def try_from(inner, first: int, body: bytes) -> None:  # noqa: N805
                for port in ports[first:] + ports[:first]:
                    connection = HTTPConnection("127.0.0.1", port, timeout=WAIT_SECONDS)
                    try:
                        connection.connect()
                    except OSError:
                        continue
                    self.passed[port] += 1
                    try:
                        connection.request(inner.command, inner.path, body, dict(inner.headers))
                        answer = connection.getresponse()
                        return inner.give(answer.status, answer.read(), answer.headers.get("Content-Type", "text/plain"))
                    except (OSError, HTTPException):
                        break
                    finally:
                        connection.close()
                return inner.give(502, b"", "text/plain")

            def give(self, status: int, body: bytes, kind: str) -> None:
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
