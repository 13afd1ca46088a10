"""Names the services that fit what was asked, where the person is: the borough's own route with a national line beside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from actions.cards import say_card
from actions.clock import today
from actions.needs import needs_of
from directory.places import BOROUGHS
from directory.queries import Card, find_services, open_directory

ASKS_WHERE = frozenset({"local_contacts", "inform_area"})  # intents whose whole answer is where help is
MOST_WEB, MOST_SMS = 4, 3


class ActionFindServices(Action):  # type: ignore[misc]
    """Says which services fit, as cards; asks for the area when it is not known."""

    def __init__(self, engine: Callable[[], Engine] | None = None, clock: Callable[[], date] = today) -> None:
        """Take the directory's engine and the clock, or the ones of this machine."""
        self.engine = engine or directory_engine
        self.clock = clock

    def name(self) -> str:
        """Name the action for the rules."""
        return "action_find_services"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Name the opening that fits the area, then the cards; nothing is remembered."""
        area, intent = tracker.get_slot("area"), tracker.get_intent_of_latest_message()
        place = Place.read(area)
        if intent in ASKS_WHERE and place.opening:
            dispatcher.utter_message(response=place.opening, **place.values)
        for card in self._cards(intent, place, tracker.get_latest_input_channel()):
            say_card(dispatcher, card)
        if place.unknown or (place.undecided and intent not in ASKS_WHERE):
            dispatcher.utter_message(response="utter_ask_area")
        return []

    def _cards(self, intent: str | None, place: Place, channel: str | None) -> list[Card]:
        """Look the cards up; with the directory out of reach there are none, and the reply's own numbers stand."""
        most = MOST_SMS if channel == "sms" else MOST_WEB
        try:
            with Session(self.engine(), future=True) as session:
                live = os.environ.get("LINDEN_MODE") == "live"
                return find_services(session, needs=needs_of(intent), area=place.area, today=self.clock(), live=live, most=most)
        except SQLAlchemyError:
            return []


class Place:
    """Where the person is, read from the slot: a borough, a council outside, several to choose from, or not known."""

    def __init__(self, options: list[str]) -> None:
        """Keep the areas it could be."""
        self.options = options

    @classmethod
    def read(cls, area: str | None) -> Place:
        """Read the slot's value; see directory/places.py for how it is written."""
        return cls([option for option in (area or "").split("|") if option])

    @property
    def unknown(self) -> bool:
        """True when nothing is known."""
        return not self.options

    @property
    def undecided(self) -> bool:
        """True when the person must be asked which it is."""
        return len(self.options) > 1

    @property
    def area(self) -> str | None:
        """The one area, if there is just one."""
        return self.options[0] if len(self.options) == 1 else None

    @property
    def names(self) -> list[str]:
        """The areas as a person would say them."""
        return [option.removeprefix("outside:") for option in self.options]

    @property
    def opening(self) -> str | None:
        """The reply that opens an answer about where help is; none when the area must be asked for."""
        if self.unknown:
            return None
        if self.undecided:
            return "utter_which_area"
        return "utter_local_contacts" if self.area in BOROUGHS else "utter_outside_area"

    @property
    def values(self) -> dict[str, str]:
        """What the opening's placeholders are filled with."""
        return {"area": self.names[0], "council": self.names[0], "areas": " or ".join(self.names)}


@cache
def directory_engine() -> Engine:
    """Open the directory of this machine, once."""
    var = Path(os.environ.get("LINDEN_VAR", "var"))
    return open_directory(os.environ.get("DIRECTORY_URL") or os.environ.get("DATABASE_URL") or f"sqlite:///{var / 'directory.db'}")
