"""Reads the call form, as it comes from the page or from the questions by text, into a request that can be sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webhook.handoff import Invalid, UnknownFormat
from webhook.handoff.desk import Posted, Wanted
from webhook.handoff.services import HelplineService
from webhook.handoff.windows import Window, offered
from webhook.numbers import uk_number

WORDS = {"name": 60, "her_word": 40, "our_word": 40, "stop_word": 40}  # free words that are sealed, and how long they may be
TICKS = ("voicemail", "may_text", "picks_up", "children")
CHOICES = {"if_answered": ("hang_up", "wrong_number"), "rings_back": ("them", "me")}
LONGEST_LANGUAGE = 40
# What a browser may post beside the sealed envelope, and nothing else: a number sent in the clear by mistake is refused.
CLEAR = {"service", "key", "window", "danger_today", "under_18", "interpreter", "woman", "inner", "token"}


@dataclass(frozen=True)
class Filled:
    """A form as it was filled in: every value of every field, whether posted or answered question by question."""

    values: Mapping[str, list[str]]

    @classmethod
    def of_json(cls, body: Mapping[str, Any]) -> Filled:
        """Return the clear fields of a request that a browser sealed; anything but words and lists of words is left out."""
        listed = {name: value if isinstance(value, list) else [value] for name, value in body.items()}
        return cls({name: [each for each in values if isinstance(each, str)] for name, values in listed.items()})

    def one(self, name: str) -> str:
        """Return the first value of a field without the space around it, or nothing."""
        return next(iter(self.values.get(name, ())), "").strip()

    def all(self, name: str) -> list[str]:
        """Return every value of a field."""
        return list(self.values.get(name, ()))


def read_form(fields: Filled, service: HelplineService, now: datetime, channel: str) -> Wanted:
    """Return what was asked for; raises Invalid naming the reply that says what is wrong.

    Only the number and a window are needed; voicemail and texting default to no (handoff.md)."""
    number = uk_number(fields.one("number"))
    if number is None:
        raise Invalid("utter_form_wrong_number")
    windows = _windows(fields.all("window"), service, now)
    words = {name: fields.one(name) for name in WORDS}
    if any(len(words[name]) > longest for name, longest in WORDS.items()):
        raise Invalid("utter_form_too_much")
    sealed: dict[str, Any] = {"number": number, "channel": channel, "area": service.area, **words}
    sealed |= {name: bool(fields.one(name)) for name in (*TICKS, "under_18", "danger_today")}
    sealed |= {name: _choice(fields, name) for name in CHOICES}
    sealed["windows"] = [window.label for window in windows]
    return Wanted(service.id, windows, sealed, sealed["danger_today"], _under_18(fields, service), _booked(fields))


def read_sealed(body: Mapping[str, Any], service: HelplineService, now: datetime, *, flood: bool) -> Posted:
    """Return what a browser sealed, with its clear columns, which are all that is read here; raises Invalid or UnknownFormat."""
    if set(body) - CLEAR or not isinstance(body.get("inner"), dict) or not isinstance(body.get("token"), str):
        raise UnknownFormat("not a sealed request")
    fields = Filled.of_json(body)
    windows = _windows(fields.all("window"), service, now)
    danger, under_18 = bool(fields.one("danger_today")), _under_18(fields, service)
    return Posted(service.id, windows, body["inner"], body["token"], danger, under_18, _booked(fields), flood)


def _under_18(fields: Filled, service: HelplineService) -> bool:
    """Whether the box was ticked; a helpline that does not ring young people is never asked to."""
    if fields.one("under_18") and not service.takes_under_18s:
        raise Invalid("utter_form_too_young", final=True)
    return bool(fields.one("under_18"))


def _windows(keys: list[str], service: HelplineService, now: datetime) -> tuple[Window, ...]:
    """The chosen windows that the service can still keep; one that has begun is cut to what is left of it."""
    possible = {window.end: window for window in offered(service, now)}
    try:
        chosen = [Window.read(key) for key in keys]
    except ValueError as error:
        raise Invalid("utter_form_wrong_windows") from error
    windows = sorted({possible[window.end] for window in chosen if window.end in possible})
    if not windows:
        raise Invalid("utter_form_wrong_windows")
    return tuple(windows)


def _choice(fields: Filled, name: str) -> str:
    given = fields.one(name)
    return given if given in CHOICES[name] else CHOICES[name][0]


def _booked(fields: Filled) -> str | None:
    """What must be booked and so stays in the clear, only as she agreed by filling it in."""
    language = fields.one("interpreter")[:LONGEST_LANGUAGE]
    needs = ([f"interpreter: {language}"] if language else []) + (["woman worker"] if fields.one("woman") else [])
    return "; ".join(needs) or None
