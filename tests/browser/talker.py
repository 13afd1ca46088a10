"""An assistant for the browser tests: it picks replies by a word in the text; the words and cards are the real ones."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from directory.cards import card_fields
from directory.database import open_directory
from directory.queries import find_services
from tests.clock import NOON
from webhook.rasa_client import Understood
from webhook.replies import Button, Reply
from webhook.words import Words

ANSWERS = {
    "who can help": "contacts",
    "ring me": "utter_request_callback",
    "what can i ask": "utter_topics",
    "delete": "utter_delete_chat",
    "hide": "utter_quick_exit",
    "clare": "utter_clares_law_what",
    "knife": "utter_weapon",
}


@dataclass
class Talker:
    """Answers by `ANSWERS`, else greets; `patience` holds an answer back until it is set."""

    words: Words
    directory: Engine
    sent: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    patience: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def load(cls, root: Path, directory: Path) -> Talker:
        made = cls(Words.load(root), open_directory(f"sqlite:///{directory}"))
        made.patience.set()
        return made

    def send(self, conversation: str, channel: str, text: str, metadata: dict[str, str], seconds: float) -> Understood:
        self.sent.append(text)
        self.patience.wait(seconds)
        name = next((answer for key, answer in ANSWERS.items() if key in text.lower()), "utter_greet")
        replies = self._cards(metadata.get("area")) if name == "contacts" else (self._reply(name),)
        return Understood(replies, ((name, 0.9),))

    def forget(self, conversation: str) -> None:
        self.forgotten.append(conversation)

    def ready(self) -> bool:
        return True

    def _reply(self, name: str) -> Reply:
        variant = self.words.variant(name, "web")
        kind = "callback_form" if name == "utter_request_callback" else "text"
        return Reply(name, variant.text, tuple(Button(title, payload) for title, payload in variant.buttons[:6]), kind)

    def _cards(self, area: str | None) -> tuple[Reply, ...]:
        with Session(self.directory, future=True) as session:
            cards = find_services(session, needs=("domestic_abuse",), area=area, today=NOON.date(), most=3)
        return tuple(Reply("utter_contact_card", "", kind="contacts", contact=card_fields(card)) for card in cards)
