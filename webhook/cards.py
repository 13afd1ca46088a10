"""Composes the text of a contact card from its facts and the words of `data/responses/help.yml` and `card.yml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from webhook.replies import Reply
from webhook.words import Words

WITH_NUMBER = "utter_contact_card"
WITHOUT_NUMBER = "utter_contact_card_without_number"
PLAIN_WITH_NUMBER = "utter_contact_card_plain"
PLAIN_WITHOUT_NUMBER = "utter_contact_card_plain_without_number"


def card_reply(words: Words, channel: str, contact: dict[str, str]) -> Reply:
    """Return the reply for one contact: what it is, how to reach it, when it is open, and how fresh the facts are.

    `contact` is what `directory.cards.card_fields` gives, every value a string; a text carries the needful alone."""
    name = _name(contact)
    way = contact["text_line"] or contact["url"]
    lines = [words.say(name, channel, way=way, **{k: contact[k].rstrip(". ") for k in ("name", "number", "what", "who")})]
    if contact["hours"]:
        lines.append(words.say("utter_card_hours", channel, hours=contact["hours"]))
    if channel != "sms":
        lines += _details(words, channel, contact)
    lines.append(_freshness(words, channel, contact))
    if contact["due"]:
        lines.append(words.say("utter_card_due", channel))
    elif contact.get("caution") and channel != "sms":
        lines.append(words.say("utter_card_caution", channel))
    return Reply(name, " ".join(line for line in lines if line), kind="contacts", contact=contact)


def _name(contact: Mapping[str, str]) -> str:
    """The reply that fits what is known of the service."""
    if contact["who"]:
        return WITH_NUMBER if contact["number"] else WITHOUT_NUMBER
    return PLAIN_WITH_NUMBER if contact["number"] else PLAIN_WITHOUT_NUMBER


def _details(words: Words, channel: str, contact: Mapping[str, str]) -> Iterator[str]:
    """Whether it is open now, what it costs, its languages, and that a call may show; each only where it is known."""
    state = contact.get("open")
    if state and not contact.get("always_open"):
        yield words.say("utter_card_open_now" if state == "yes" else "utter_card_closed_now", channel)
    if contact.get("free"):
        yield words.say("utter_card_free", channel)
    if contact.get("languages"):
        yield words.say("utter_card_languages", channel, languages=contact["languages"])
    if contact.get("call_shows") and contact["number"]:
        yield words.say("utter_card_call_shows", channel)


def _freshness(words: Words, channel: str, contact: Mapping[str, str]) -> str:
    if contact["checked_on"]:
        checked = date.fromisoformat(contact["checked_on"])
        return words.say("utter_card_checked", channel, date=f"{checked.day} {checked:%B %Y}")
    if contact["published"]:
        return words.say("utter_card_published", channel, year=contact["published"])
    return words.say("utter_card_undated", channel)
