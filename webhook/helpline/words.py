"""The desk's own words, read once from `data/helpline/desk.yml` and never spelled in code or templates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from webhook.errors import WordsMissing

FILE = Path("data/helpline/desk.yml")


@dataclass(frozen=True)
class DeskWords:
    """Every wording of the desk by name."""

    texts: dict[str, str]

    @classmethod
    def load(cls, root: Path, file: Path = FILE) -> DeskWords:
        """Read the words under `root`; another page of the desk may keep its own in another file."""
        areas = yaml.safe_load((root / file).read_text("utf-8"))
        return cls({f"{area}_{name}": str(text).strip() for area, words in areas.items() for name, text in words.items()})

    def say(self, name: str, /, **values: object) -> str:
        """Return the wording `name` with its placeholders filled; raises WordsMissing."""
        try:
            return self.texts[name].format(**values)
        except (KeyError, IndexError) as error:
            raise WordsMissing(f"{FILE} has no {name}, or a placeholder was not filled: {error}") from error
