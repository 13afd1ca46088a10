"""Serves the actions: on the loopback unless told otherwise, without telemetry."""

from __future__ import annotations

import logging
import os
import sys

from rasa_sdk.endpoint import create_app
from sanic import Sanic

IDLE_CONNECTION_SECONDS = 75  # longer than Rasa leaves a connection unused between two calls (bot/action_server.py)


def main() -> None:
    """Serve at the port named as the first argument, on ACTIONS_HOST (127.0.0.1)."""
    logging.basicConfig(level="WARNING", format="%(levelname)s %(name)s: %(message)s")
    app: Sanic = create_app("actions", cors_origins="")
    app.config.KEEP_ALIVE_TIMEOUT = IDLE_CONNECTION_SECONDS
    app.run(os.environ.get("ACTIONS_HOST", "127.0.0.1"), int(sys.argv[1]), workers=1, access_log=False)


if __name__ == "__main__":
    main()
