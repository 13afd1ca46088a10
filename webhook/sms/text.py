"""One text as it was received, and what is answered when nothing else can be."""

from __future__ import annotations

from dataclasses import dataclass

from safety.danger import Level
from webhook.front_door import FrontDoor
from webhook.keys import Keys
from webhook.sms.gsm7 import fit


@dataclass(frozen=True)
class Text:
    """A text: its MessageSid, the sender in E.164, what it says, when it arrived by the front door's clock, and STOP, START or
    HELP when Twilio says it has dealt with it itself."""

    sid: str
    number: str
    body: str
    arrived: float
    dealt_with: str = ""


def number_tag(keys: Keys, number: str) -> str:
    """Return the keyed hash a number is on the opt-out list by."""
    return keys.tag("sms/opt-out", number)


def alone(front_door: FrontDoor, level: Level) -> str:
    """Return the front door's own words for a text: danger first, then the national lines."""
    replies = front_door.fallback.danger(level, "sms")
    if level != "now":
        replies += front_door.fallback.alone("sms", None)
    return fit([reply.text for reply in replies])
