"""Keeps what people say out of Rasa's logs: every record is stripped of the fields that carry text."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any

SAYS_SOMETHING = ("text", "user_text", "message", "parse_data_text", "rasa_events", "slots", "entities", "parse_data_intent")


def drop_words(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: return the event without anything a person said."""
    return {key: value for key, value in event.items() if key not in SAYS_SOMETHING}


class WordsFilter(logging.Filter):
    """Replaces the message of a record by its place when it was formatted with anything beyond plain numbers."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always let the record through, with arguments that are not numbers blanked and tracebacks reduced."""
        if record.args:
            given = record.args if isinstance(record.args, tuple) else (record.args,)
            record.args = tuple(value if isinstance(value, int | float) else "…" for value in given)
        if record.exc_info and record.exc_info[0]:
            record.msg, record.args = f"{record.exc_info[0].__name__} in {record.module}:{record.lineno}", ()
            record.exc_info = record.exc_text = None
        return True
