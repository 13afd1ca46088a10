"""The front door's own words, read once from `data/responses` and never spelled in code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from webhook.errors import WordsMissing

FOLDER = Path("data/responses")


@dataclass(frozen=True)
class Variant:
    """One wording of a reply: the channel it is for (None: any), its text and its buttons' titles and payloads."""

    channel: str | None
    text: str
    buttons: tuple[tuple[str, str], ...]


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


def _variant(body: dict[str, Any]) -> Variant:
    buttons = tuple((button["title"], button["payload"]) for button in body.get("buttons", ()))
    return Variant(body.get("channel"), str(body.get("text", "")).strip(), buttons)
