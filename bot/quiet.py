"""Keeps what people say out of Rasa's logs: a record keeps its event and its numbers, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any

KEPT = ("event", "action_name")  # constants of Rasa's own code


def drop_words(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return the structlog event with only its name, the action's name, and plain numbers; a list of what to drop would have holes."""
    return {key: value for key, value in event.items() if key in KEPT or isinstance(value, int | float)}


class WordsFilter(logging.Filter):
    """Blanks whatever a record was formatted with, unless it is a number or names a failure, and reduces a traceback to its place."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always let the record through."""
        if record.args:
            given = record.args if isinstance(record.args, tuple) else (record.args,)
            record.args = tuple(value if isinstance(value, int | float) or names_a_failure(value) else "…" for value in given)
        if record.exc_info and record.exc_info[0]:
            record.msg, record.args = f"{record.exc_info[0].__name__} in {record.module}:{record.lineno}", ()
            record.exc_info = record.exc_text = None
        return True


def names_a_failure(value: object) -> bool:
    """True for the name of an exception class that exists in this process: a program wrote it, no person did."""
    return isinstance(value, str) and value in _failures(BaseException)


def _failures(root: type[BaseException]) -> set[str]:
    found, waiting = {root.__name__}, [root]
    while waiting:
        for below in waiting.pop().__subclasses__():
            if below.__name__ not in found:
                found.add(below.__name__)
                waiting.append(below)
    return found
