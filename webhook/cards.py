"""Composes the text of a contact card from its facts and the words of `data/responses/help.yml`."""

from __future__ import annotations

from datetime import date

from webhook.replies import Reply
from webhook.words import Words

WITH_NUMBER = "utter_contact_card"
WITHOUT_NUMBER = "utter_contact_card_without_number"


def card_reply(words: Words, channel: str, contact: dict[str, str]) -> Reply:
    """Return the reply for one contact: what it is, how to reach it, when it is open, and how fresh the facts are.

    `contact` is what `directory.queries.card_fields` gives, every value a string."""
    name = WITH_NUMBER if contact["number"] else WITHOUT_NUMBER
    way = contact["text_line"] or contact["url"]
    lines = [words.say(name, channel, way=way, **{k: contact[k] for k in ("name", "number", "what", "who")})]
    if contact["hours"]:
        lines.append(words.say("utter_card_hours", channel, hours=contact["hours"]))
    lines.append(_freshness(words, channel, contact))
    if contact["due"]:
        lines.append(words.say("utter_card_due", channel))
    return Reply(name, " ".join(line for line in lines if line), kind="contacts", contact=contact)


def _freshness(words: Words, channel: str, contact: dict[str, str]) -> str:
    if contact["checked_on"]:
        checked = date.fromisoformat(contact["checked_on"])
        return words.say("utter_card_checked", channel, date=f"{checked.day} {checked:%B %Y}")
    if contact["published"]:
        return words.say("utter_card_published", channel, year=contact["published"])
    return words.say("utter_card_undated", channel)
