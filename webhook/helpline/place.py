"""The parts the desk is made of, built once in `register` and reached by handlers through `place()`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app

from webhook.handoff.casework import Caller, Casework
from webhook.helpline.live import Streams
from webhook.helpline.origin import Origin
from webhook.helpline.roles import LEADS
from webhook.helpline.session import Colleague
from webhook.helpline.words import DeskWords

NAME = "helpline"


@dataclass(frozen=True)
class Place:
    """Everything a handler of the desk may need besides the front door's own parts."""

    origin: Origin
    words: DeskWords
    casework: Casework
    streams: Streams


def place() -> Place:
    """Return the desk of the app that is handling the request."""
    return cast(Place, current_app.extensions[NAME])


def caller(person: Colleague) -> Caller:
    """Return somebody signed in as the queue knows them."""
    return Caller(person.name, person.service, person.kids, person.role in LEADS)
