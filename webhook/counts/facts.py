"""The facts that are counted of a conversation, each by a name, and which intent stands for which."""

from __future__ import annotations

from pathlib import Path

import yaml

from directory.areas import read_areas
from webhook.conversations import NOT_CLEAR
from webhook.errors import WordsMissing

FILE = Path("data/counts/families.yml")
WITHOUT_RASA = "front_door_alone"  # in place of an intent, when the front door answered alone

CONVERSATION = "conversation/all"
DANGERS = ("danger/now", "danger/high")
UNANSWERED = {"out_of_scope": "unanswered/out_of_scope", "nlu_fallback": "unanswered/unclear", WITHOUT_RASA: "unanswered/alone"}
HANDOFFS = ("handoff/asked", "handoff/ended", "handoff/reached", "handoff/missed")


def every_fact(root: Path) -> tuple[str, ...]:
    """Return every fact there can be, in the order they are shown: a month names them all, so that none is told by its absence."""
    topics = (f"topic/{subject}" for subject in read_subjects(root))
    return (CONVERSATION, *DANGERS, *UNANSWERED.values(), *HANDOFFS, *areas_of(root).values(), *topics)


def read_subjects(root: Path) -> dict[str, tuple[str, ...]]:
    """Return the intents of each subject, in the order they are shown."""
    return {name: tuple(intents) for name, intents in yaml.safe_load((root / FILE).read_text("utf-8"))["subjects"].items()}


def facts_of_intents(root: Path) -> dict[str, str]:
    """Return the fact each intent stands for; what was not understood among them. Raises WordsMissing when one stands twice."""
    found = dict(UNANSWERED)
    for subject, intents in read_subjects(root).items():
        for intent in intents:
            if intent in found:
                raise WordsMissing(f"{FILE} has {intent} twice")
            found[intent] = f"topic/{subject}"
    if missing := NOT_CLEAR - found.keys():
        raise WordsMissing(f"nothing counts {', '.join(sorted(missing))}")
    return found


def areas_of(root: Path) -> dict[str, str]:
    """Return the fact each of our areas stands for."""
    return {area.name: f"area/{area.name}" for area in read_areas(root)}
