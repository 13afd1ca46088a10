"""The front door's own words, read once from `data/responses` and never spelled in code."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from webhook.errors import WordsMissing

FOLDER = Path("data/responses")


@dataclass(frozen=True)
class Variant:
    """One wording of a reply: the channel it is for (None: any), its text, its buttons' titles and payloads, where its facts
    come from, the day it must be looked at again, and whether it is said all the same after that day."""

    channel: str | None
    text: str
    buttons: tuple[tuple[str, str], ...]
    source: str = ""
    review_by: date | None = None
    never_expires: bool = False


@dataclass(frozen=True)
class Words:
    """Every reply by name, as its variants in file order."""

    replies: dict[str, tuple[Variant, ...]]

    @classmethod
    def load(cls, root: Path) -> Words:
        """Read every `responses:` under `root`/data/responses; a reply defined twice is an error."""
        replies: dict[str, tuple[Variant, ...]] = {}
        for path in sorted((root / FOLDER).glob("*.yml")):
            for name, variants in yaml.safe_load(path.read_text("utf-8"))["responses"].items():
                if name in replies:
                    raise WordsMissing(f"{name} is defined twice; the second time in {path.name}")
                replies[name] = tuple(_variant(body) for body in variants)
        return cls(replies)

    def variant(self, name: str, channel: str = "web") -> Variant:
        """Return the wording of `name` for `channel`, or the one for any channel; raises WordsMissing."""
        variants = self.replies.get(name, ())
        for wanted in (channel, None):
            for variant in variants:
                if variant.channel == wanted:
                    return variant
        raise WordsMissing(f"data/responses has no {name} for {channel}")

    def say(self, name: str, channel: str = "web", /, **values: object) -> str:
        """Return the text of `name` with its placeholders filled; raises WordsMissing when one is left over."""
        try:
            return self.variant(name, channel).text.format(**values)
        except (KeyError, IndexError, ValueError) as error:
            raise WordsMissing(f"{name} for {channel} has a placeholder that was not filled: {error}") from error

    def version(self, name: str) -> str:
        """Return the version of a reply: a hash of every wording of it, web and text; a sign-off names it."""
        said = "\0".join(f"{variant.channel}:{variant.text}" for variant in self.replies[name])
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def review_by(self, name: str) -> date | None:
        """Return the day by which a reply must be looked at again: the earliest of its wordings; None when it has none."""
        return min((variant.review_by for variant in self.replies[name] if variant.review_by), default=None)

    def never_expires(self, name: str) -> bool:
        """True for danger replies and lifelines, which are said whatever the date; their owner is alarmed instead."""
        return any(variant.never_expires for variant in self.replies[name])

    def is_due(self, name: str, today: date) -> bool:
        """True when the day by which a reply must be looked at again has passed."""
        review_by = self.review_by(name)
        return review_by is not None and review_by < today

    def is_out_of_date(self, name: str, today: date) -> bool:
        """True when a reply must not be said any more until somebody has looked at it; an unknown name is not."""
        return name in self.replies and self.is_due(name, today) and not self.never_expires(name)

    @cached_property
    def titles(self) -> frozenset[str]:
        """Every title a button may carry."""
        return frozenset(title for variants in self.replies.values() for variant in variants for title, _ in variant.buttons)


def _variant(body: dict[str, Any]) -> Variant:
    buttons = tuple((button["title"], button["payload"]) for button in body.get("buttons", ()))
    notes = body.get("metadata") or {}
    review_by = date.fromisoformat(notes["review_by"]) if "review_by" in notes else None
    never_expires = notes.get("never_expires") == "yes"
    return Variant(body.get("channel"), str(body.get("text", "")).strip(), buttons, notes.get("source", ""), review_by, never_expires)
