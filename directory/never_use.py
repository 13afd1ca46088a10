"""Numbers that must never reach a person: held against the seed, against every import, and by `directory check`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from directory.areas import SEED

_NUMBER = re.compile(r"(?:\+44|\b0)[\d\s().-]{8,16}\d")


@dataclass(frozen=True)
class NeverUse:
    """Digits that are ruled out, each with the ids of the services it is right for after all."""

    only_for: dict[str, tuple[str, ...]]

    @classmethod
    def read(cls, root: Path) -> NeverUse:
        """Read the list under `root`."""
        rows = yaml.safe_load((root / SEED / "never_use.yml").read_text("utf-8"))
        return cls({digits(row["number"]): tuple(row.get("only_for", ())) for row in rows})

    def forbids(self, dial: str, service: str = "") -> bool:
        """True when `dial` (digits) must not be shown for the service with this id."""
        return dial in self.only_for and service not in self.only_for[dial]

    def found_in(self, record: Any, service: str = "") -> list[str]:
        """Every number that is ruled out and stands anywhere in a record, in a field of its own or inside a sentence."""
        dials = (national(match) for text in texts(record) for match in _NUMBER.findall(text))
        return sorted({dial for dial in dials if self.forbids(dial, service)})


def digits(number: str) -> str:
    """The digits of a number; for comparing, never for making a link."""
    return re.sub(r"\D", "", number)


def national(number: str) -> str:
    """The digits of a British number as they are dialled here: `+44 (0)121…` becomes `0121…`."""
    return re.sub(r"^(?:00)?440?", "0", digits(number)) if number.lstrip().startswith(("+44", "0044")) else digits(number)


def texts(record: Any) -> Iterator[str]:
    """Every string in a record of objects and lists."""
    if isinstance(record, str):
        yield record
    elif isinstance(record, dict):
        for value in record.values():
            yield from texts(value)
    elif isinstance(record, list):
        for value in record:
            yield from texts(value)
