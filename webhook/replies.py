"""What goes back to a person: replies with their buttons and kind, and the answer that carries them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from safety.danger import Level


@dataclass(frozen=True)
class Button:
    """A choice a person can press: its title, and the payload only the front door understands."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """One bubble: the name of the reply, its text, its buttons, its kind, and a contact card's fields if it is one."""

    id: str
    text: str
    buttons: tuple[Button, ...] = ()
    kind: str = "text"
    contact: dict[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the reply as the chat API sends it."""
        body: dict[str, Any] = {
            "id": self.id,
            "text": self.text,
            "buttons": [{"title": button.title, "payload": button.payload} for button in self.buttons],
            "kind": self.kind,
        }
        return body | ({"contact": self.contact} if self.contact else {})


@dataclass(frozen=True)
class Answer:
    """How much danger was heard, the replies in the order they are read, and the HTTP status that says how it went."""

    danger: Level
    replies: tuple[Reply, ...] = ()
    status: int = 200

    def as_json(self) -> dict[str, Any]:
        """Return the answer as the chat API sends it."""
        return {"danger": self.danger, "replies": [reply.as_json() for reply in self.replies]}


def read_answer(body: dict[str, Any], status: int) -> Answer:
    """Return the answer that `Answer.as_json` gave, with its status."""
    replies = tuple(
        Reply(item["id"], item["text"], tuple(Button(b["title"], b["payload"]) for b in item["buttons"]), item["kind"], item.get("contact"))
        for item in body["replies"]
    )
    return Answer(body["danger"], replies, status)
