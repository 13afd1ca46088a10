"""Serves a trained model on the loopback: no API beyond our channels, no telemetry, and nothing said in a log."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Any

import structlog

from bot.quiet import WordsFilter, drop_words


def main() -> None:
    """Serve the model named as the first argument on 127.0.0.1 at the port named as the second."""
    model, port = sys.argv[1], int(sys.argv[2])
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.path.insert(0, str(Path.cwd()))
    keep_quiet(os.environ.get("LOG_LEVEL", "WARNING"))

    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints

    serve_application(
        model_path=model,
        interface="127.0.0.1",
        port=port,
        credentials="credentials.yml",
        endpoints=AvailableEndpoints.read_endpoints("endpoints.yml"),
        enable_api=False,
        cors=None,
        server_listeners=[(_ready, "after_server_start")],
    )


async def _ready(app: Any, _: Any) -> None:
    from bot.tracker_store import use_our_store

    use_our_store(app.ctx.agent)


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
