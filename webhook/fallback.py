"""What the front door can say without Rasa: danger, refusals, and the national and local lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from directory.cards import card_fields
from directory.queries import find_services
from safety.danger import Level
from webhook.cards import card_reply
from webhook.replies import Button, Reply
from webhook.words import Words

DANGER_REPLIES: dict[Level, str] = {"now": "utter_danger_now", "high": "utter_danger_high"}


@dataclass(frozen=True)
class Fallback:
    """The front door's own replies; every one carries 999."""

    words: Words
    directory: Engine
    today: Callable[[], date]
    live: bool

    def say(self, name: str, channel: str, /, **values: object) -> Reply:
        """Return the reply `name` with its buttons."""
        buttons = tuple(Button(title, payload) for title, payload in self.words.variant(name, channel).buttons)
        return Reply(name, self.words.say(name, channel, **values), buttons)

    def again(self, names: tuple[str, ...]) -> tuple[Reply, ...]:
        """Return replies that were said before, in the shorter words they have for a text message; none when they have none."""
        return tuple(self.say(name, "sms") for name in names if self.words.is_whole(name, "sms"))

    def danger(self, level: Level, channel: str) -> tuple[Reply, ...]:
        """Return the danger reply for `level`, alone, or nothing when there is no danger."""
        return (self.say(DANGER_REPLIES[level], channel),) if level in DANGER_REPLIES else ()

    def alone(self, channel: str, area: str | None) -> tuple[Reply, ...]:
        """Return what is said when Rasa cannot answer: national lines, the way to a call, and the borough's own line."""
        return (self.say("utter_front_door_alone", channel), *self.local_lines(channel, area))

    def local_lines(self, channel: str, area: str | None) -> tuple[Reply, ...]:
        """Return the borough's best card; none when the area is not known or the directory is out of reach."""
        if area is None or "|" in area or channel == "sms":
            return ()
        try:
            with Session(self.directory, future=True) as session:
                cards = find_services(session, needs=("domestic_abuse",), area=area, today=self.today(), live=self.live, most=3)
        except SQLAlchemyError:
            return ()
        return tuple(card_reply(self.words, channel, card_fields(card)) for card in cards if card.local)[:1]
