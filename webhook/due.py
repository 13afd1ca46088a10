"""Which replies somebody must look at again: those that are out of date, and those that are said all the same and alarm."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta

import click
from flask import current_app
from flask.cli import AppGroup

from webhook.parts import NAME, Parts
from webhook.words import Words

logger = logging.getLogger(__name__)

words_commands = AppGroup("words", help="Which words must be looked at again, and when.")


@dataclass(frozen=True)
class Due:
    """One reply whose day has come: its name, that day, its sources, and whether it alarms because it never expires."""

    name: str
    review_by: date
    source: str
    alarms: bool

    def __str__(self) -> str:
        """Write it as a line of the list."""
        what = "ALARM, still said" if self.alarms else "out of date"
        return f"{self.review_by}  {what:<17}  {self.name}  ({self.source})"


def due_words(words: Words, today: date) -> list[Due]:
    """Return every reply whose `review_by` has passed on `today`: alarms first, then by day."""
    found = [_due(words, name) for name in words.replies if words.is_due(name, today)]
    return sorted(found, key=lambda due: (not due.alarms, due.review_by, due.name))


def alarm(words: Words, today: date) -> None:
    """Log how many replies are said although their day has passed: their owner must look at them at once."""
    alarms = sum(due.alarms for due in due_words(words, today))
    if alarms:
        logger.error("replies that never expire were to be looked at again and are still said (flask --app webhook words due): %d", alarms)


@words_commands.command("due")
@click.option("--within", default=0, show_default=True, help="days to look ahead")
def due(within: int) -> None:
    """List the replies whose day has come, and end with an error when there are any, so that a timer can tell."""
    linden: Parts = current_app.extensions[NAME]
    found = due_words(linden.words, linden.front_door.fallback.today() + timedelta(days=within))
    for each in found:
        click.echo(str(each))
    click.echo(f"{len(found)} of {len(linden.words.replies)} replies are due")
    if found:
        raise SystemExit(1)


def _due(words: Words, name: str) -> Due:
    review_by = words.review_by(name) or date.max
    sources = dict.fromkeys(variant.source for variant in words.replies[name] if variant.source)
    return Due(name, review_by, "; ".join(sources), words.never_expires(name))
