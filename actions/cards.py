"""Turns a directory card into a named reply with its values filled; the words are in data/responses/help.yml and card.yml."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from directory.cards import Card, card_fields


def say_card(dispatcher: CollectingDispatcher, card: Card, *, call_shows: bool) -> None:
    """Name the reply for one service, with the fields a page needs to draw it as a card.

    With `call_shows` it also says that a call may show on the phone or the bill."""
    name = "utter_contact_card" if card.number else "utter_contact_card_without_number"
    contact = card_fields(card) | {"call_shows": "yes" if call_shows else ""}
    dispatcher.utter_message(response=name, json_message={"kind": "contacts", "contact": contact}, **values(card))


def values(card: Card) -> dict[str, str]:
    """What the reply's placeholders are filled with; the front door words the card anew, with hours and freshness."""
    way = card.text_line or card.url or ""
    return {"name": card.name, "number": card.number or "", "way": way, "what": card.what, "who": card.who}
