"""Lets nothing out but approved words: every reply is one of the wordings in `data/responses`, or is said again from there."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from webhook.errors import WordsMissing
from webhook.replies import Reply
from webhook.words import Words

PLACEHOLDER = re.compile(r"\\\{\w+\\\}")
VALUE = r"[^\n<>{}]{1,120}"  # what may stand for a placeholder: a short piece of one line


def approved(words: Words, channel: str, reply: Reply) -> Reply | None:
    """Return the reply with approved words and buttons; None when its name, or what it must be filled with, is not known.

    A reply whose text is not (or no longer) the approved one is said in the words as they now are."""
    try:
        variant = words.variant(reply.id, channel)
        text = reply.text if is_wording(variant.text, reply.text) else words.say(reply.id, channel)
    except WordsMissing:
        return None
    known = words.titles
    return replace(reply, text=text, buttons=tuple(button for button in reply.buttons if button.title in known))


def resolve(words: Words, name: str, channel: str, text: str) -> str | None:
    """Return the version of the reply `name` when `text` is its wording for `channel`, else None."""
    try:
        return words.version(name) if is_wording(words.variant(name, channel).text, text) else None
    except WordsMissing:
        return None


def is_wording(wording: str, text: str) -> bool:
    """True when `text` is `wording` with each placeholder filled by a short piece of one line."""
    return _pattern(wording).fullmatch(text.strip()) is not None


@lru_cache(maxsize=2_000)
def _pattern(wording: str) -> re.Pattern[str]:
    return re.compile(PLACEHOLDER.sub(VALUE, re.escape(wording.strip())))
