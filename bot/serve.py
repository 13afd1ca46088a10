"""Serves a trained model: on the loopback unless told otherwise, no API beyond our channels, no telemetry, no words in a log."""

from __future__ import annotations

import gc
import logging
import os
import sys
from pathlib import Path
from typing import Any

import structlog

from bot.lean import do_once, leave_tensorflow_out, trust_the_model
from bot.quiet import WordsFilter, drop_words

ACTION_SECONDS = 1.5  # an action server that is slower is done without; the web's whole budget is 2.5 s
IDLE_CONNECTION_SECONDS = 75  # longer than the front door leaves a connection unused between two turns


def main() -> None:
    """Serve the model named as the first argument at the port named as the second, on RASA_HOST (127.0.0.1)."""
    model, port = sys.argv[1], int(sys.argv[2])
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("ACTIONS_URL", f"http://127.0.0.1:{os.environ.get('ACTIONS_PORT', '5055')}/webhook")
    sys.path.insert(0, str(Path.cwd()))
    keep_quiet(os.environ.get("LOG_LEVEL", "WARNING"))

    leave_tensorflow_out()
    import rasa.utils.endpoints
    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints

    from bot.action_server import KeptConnection

    rasa.utils.endpoints.DEFAULT_REQUEST_TIMEOUT = ACTION_SECONDS
    endpoints = AvailableEndpoints.read_endpoints("endpoints.yml")
    endpoints.action = KeptConnection(endpoints.action.url, **endpoints.action.kwargs)
    trust_the_model()
    do_once()
    serve_application(
        model_path=model,
        interface=os.environ.get("RASA_HOST", "127.0.0.1"),
        port=port,
        credentials="credentials.yml",
        endpoints=endpoints,
        enable_api=False,
        cors=None,
        server_listeners=[(_ready, "after_server_start")],
    )


async def _ready(app: Any, _: Any) -> None:
    from bot.channels import followups, normaliser, unclear
    from bot.tracker_store import use_our_store

    for read in (followups, normaliser, unclear):
        read()  # now, and not while the first person waits
    app.config.KEEP_ALIVE_TIMEOUT = IDLE_CONNECTION_SECONDS
    use_our_store(app.ctx.agent, os.environ)
    gc.freeze()  # what was loaded stays: looking through it again for garbage holds up whoever is being answered


def keep_quiet(level: str) -> None:
    """Send logs to standard error at `level`, with everything a person said taken out."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    handler.addFilter(WordsFilter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, drop_words, structlog.processors.KeyValueRenderer(key_order=["event"])],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


if __name__ == "__main__":
    main()
