"""The register of a text conversation: neutral until plain words are used, and what is said instead while it is neutral."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from webhook.cards import card_reply
from webhook.replies import Reply
from webhook.words import Words

FILE = Path("data/sms/register.yml")
FOR_WHOM = {"women": "utter_sms_for_women", "men": "utter_sms_for_men"}  # all that is said of a service that is not named
NEUTRAL = "utter_neutral_"  # the neutral wording of utter_x is utter_neutral_x, where the plain one says too much


@dataclass(frozen=True)
class Register:
    """What lifts the register, and what may not be said before."""

    lifted_by: re.Pattern[str]
    never_neutral: re.Pattern[str]

    @classmethod
    def load(cls, root: Path) -> Register:
        """Read data/sms/register.yml under `root`."""
        body = yaml.safe_load((root / FILE).read_text("utf-8"))
        return cls(_any_of(body["lifted_by"]), _any_of(body["never_neutral"]))

    def lifts(self, text: str) -> bool:
        """True when `text`, normalised, uses a plain word."""
        return bool(self.lifted_by.search(text.lower()))

    def gives_away(self, text: str) -> bool:
        """True when `text` says more than a neutral text may."""
        return bool(self.never_neutral.search(text.lower()))


def name_in(words: Words, name: str, *, plain: bool) -> str:
    """Return the name of the wording of `name` in this register."""
    neutral = NEUTRAL + name.removeprefix("utter_")
    return neutral if not plain and neutral in words.replies else name


def worded(words: Words, reply: Reply, *, plain: bool) -> str:
    """Return what a reply says in this register; a card loses its name, and goes altogether when it has no number.

    Whether a number is for women or for men stays: without it nobody could tell which one to ring."""
    if plain:
        return reply.text
    if reply.contact is not None:
        whom = FOR_WHOM.get(reply.contact["who"])
        name = words.say(whom, "sms") if whom else ""
        return card_reply(words, "sms", reply.contact | {"name": name}).text.strip() if reply.contact["number"] else ""
    name = name_in(words, reply.id, plain=plain)
    return reply.text if name == reply.id else words.say(name, "sms")


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    """A pattern for any of the phrases as whole words; a star lets the word go on."""
    parts = (re.escape(phrase.removesuffix("*")) + (r"\w*" if phrase.endswith("*") else r"\b") for phrase in phrases)
    return re.compile(rf"\b(?:{'|'.join(parts)})")
