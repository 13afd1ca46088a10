"""Hears a short question in the light of what was just talked about: "how long does it take?" after Clare's Law.

What means what is data (`data/followups.yml`); this reads it. A message that names a subject of its own keeps the
meaning the classifier gave it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path("data/followups.yml")
SAME = "same"  # the last topic again
PLACE = "inform_area"  # the intent of a message that only says where someone is
UNCLEAR = "nlu_fallback"  # the intent of a message that was not understood
ALARM = "alarm"  # the subject after danger now, whatever it was heard as
RANK, SURE = "intent_ranking", 1.0


@dataclass(frozen=True)
class Context:
    """What the front door remembers of a conversation: the last topic, whether it is for somebody else, and was danger now."""

    topic: str | None = None
    relative: bool = False
    danger: bool = False


@dataclass(frozen=True)
class Question:
    """A kind of short question, the intent it has after each subject, and whether that holds for one that names a subject too."""

    heard: re.Pattern[str]
    after: dict[str, str]
    always: bool = False


@dataclass(frozen=True)
class Followups:
    """The table of `data/followups.yml`; one instance may serve many turns at once."""

    longest: int
    topics: dict[str, str]
    named: re.Pattern[str]
    unclear: dict[str, str]
    questions: tuple[Question, ...]
    place_words: int
    place_topics: frozenset[str]
    place_named: dict[str, re.Pattern[str]]
    relative: dict[str, str]

    @classmethod
    def load(cls, root: Path) -> Followups:
        """Read the table under `root`."""
        data = yaml.safe_load((root / FILE).read_text("utf-8"))
        return cls(
            longest=data["longest"],
            topics={topic: name for name, subject in data["subjects"].items() for topic in subject["topics"]},
            named=re.compile("|".join(subject["named"] for subject in data["subjects"].values())),
            unclear=data["unclear"],
            questions=tuple(Question(re.compile(each["heard"]), each["after"], each.get("always", False)) for each in data["questions"]),
            place_words=data["place"]["words"],
            place_topics=frozenset(data["place"]["topics"]),
            place_named={topic: re.compile(words) for topic, words in data["place"]["named"].items()},
            relative=data["relative"]["topics"],
        )

    def __call__(self, plain: str, intent: str, context: Context) -> str:
        """Return the intent of the normalised text `plain`, which the classifier heard as `intent`, in its context."""
        meant = self._bent(plain, intent, context) or intent
        return self.relative.get(meant, meant) if context.relative else meant

    def _bent(self, plain: str, intent: str, context: Context) -> str | None:
        if intent == PLACE and (named := next((topic for topic, words in self.place_named.items() if words.search(plain)), None)):
            return named
        subject = self.topics.get(context.topic or "", ALARM if context.danger else "")
        meant = self._about(plain, intent, context.topic, subject) if len(plain.split()) <= self.longest else None
        if meant is None and intent == UNCLEAR:
            meant = self.unclear.get(subject)
        return context.topic if meant == SAME else meant

    def _about(self, plain: str, intent: str, topic: str | None, subject: str) -> str | None:
        """What a short message means after `topic`, of `subject`: an intent, SAME, or None where it stands by itself."""
        if intent == PLACE:
            return SAME if topic in self.place_topics and len(plain.split()) <= self.place_words else None
        named = self.named.search(plain)
        fitting = (each for each in self.questions if subject in each.after and (each.always or not named))
        return next((each.after[subject] for each in fitting if each.heard.search(plain)), None)


def nothing_heard() -> dict[str, Any]:
    """What is understood of a message that says nothing: that alone, and nothing that could be suggested."""
    unclear = {"name": UNCLEAR, "confidence": SURE}
    return {"intent": unclear, RANK: [unclear]}


def put_first(parsed: dict[str, Any], intent: str) -> None:
    """Make `intent` the one that was heard, ahead of what the classifier ranked."""
    if parsed["intent"]["name"] == intent:
        return
    parsed["intent"] = {"name": intent, "confidence": SURE}
    parsed[RANK] = [parsed["intent"], *(item for item in parsed.get(RANK) or () if item["name"] != intent)]
