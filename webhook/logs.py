"""What the front door writes down: one JSON object a line, of events and references, never of words (docs/security.md).

Our own code logs references alone, which tests hold with sentinels. Of everybody else's records only the fixed text, numbers
and the names of failures are kept, because a library's debug lines hold whatever it was handling.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

OURS = ("webhook", "directory", "safety")


def configure(level: str) -> None:
    """Send every record at `level` or above to standard error as one line of JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    handler.addFilter(References())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for server in ("gunicorn.error", "gunicorn.access"):
        logging.getLogger(server).handlers = [handler]


class References(logging.Filter):
    """Reduces a traceback to its place, and a library's record to its fixed text with numbers and names of failures."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always let the record through."""
        if record.exc_info and record.exc_info[0]:
            _say(record, f"{record.exc_info[0].__name__} in {record.module}:{record.lineno}")
        elif record.name.partition(".")[0] not in OURS:
            if record.args:
                given = record.args if isinstance(record.args, tuple) else (record.args,)
                record.args = tuple(value if isinstance(value, int | float) or _is_failure(value) else "…" for value in given)
            else:
                _say(record, f"{record.module}:{record.lineno}")
        return True


class Lines(logging.Formatter):
    """Writes a record as JSON: when, how bad, where, what."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        try:
            event = record.getMessage()
        except (TypeError, ValueError):  # a blanked value where the text wants a number
            event = f"{record.module}:{record.lineno}"
        return json.dumps({"time": when, "level": record.levelname, "logger": record.name, "event": event}, ensure_ascii=False)


def _say(record: logging.LogRecord, event: str) -> None:
    record.msg, record.args = event, ()
    record.exc_info = record.exc_text = record.stack_info = None


def _is_failure(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException)
