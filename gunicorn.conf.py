"""How the front door is served: many threads wait for Rasa; several processes only where Redis holds the conversations."""

import gc
import os
import tempfile
from pathlib import Path

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8080')}"
wsgi_app = "webhook:create_app()"
workers = int(os.environ.get("WEB_CONCURRENCY", "1")) if os.environ.get("REDIS_URL") else 1
threads = 32
worker_class = "gthread"
timeout = 30
graceful_timeout = 10  # longer than any turn's budget: SIGTERM lets every answer under way reach its person
keepalive = 5
accesslog = None  # an access log would hold who came when
loglevel = "warning"
control_socket_disable = True

if os.environ.get("METRICS_PORT"):  # the counts of all processes are gathered in one folder
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="linden-metrics-")


def when_ready(_: object) -> None:
    """Answer Prometheus from the process that watches over the others."""
    if os.environ.get("METRICS_PORT"):
        from webhook import metrics

        metrics.serve(os.environ.get("METRICS_HOST", "127.0.0.1"), int(os.environ["METRICS_PORT"]))


def post_worker_init(_: object) -> None:
    """Let what was loaded stay: looking through it again for garbage holds up whoever is being answered."""
    gc.freeze()


def on_exit(_: object) -> None:
    """Remove the folder of the counts."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        for file in Path(folder).glob("*.db"):
            file.unlink()
        Path(folder).rmdir()
