"""The areas this directory answers for, read from `directory/seed/areas.yml`: a new one is a line there, not code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

SEED = Path("directory/seed")
GEOGRAPHY = "http://statistics.data.gov.uk/id/statistical-geography/"  # how Open Referral UK names an area
EVERYWHERE = "all"  # the area of a service that is for all of ours
OUTSIDE = "outside:"  # before the name of a council whose area is not ours


@dataclass(frozen=True)
class Area:
    """One council's area: its name as people say it, its ONS code, and its mark in `postcodes.txt`."""

    name: str
    code: str
    mark: str

    @property
    def uri(self) -> str:
        """The area as Open Referral UK names it."""
        return GEOGRAPHY + self.code


def read_areas(root: Path) -> tuple[Area, ...]:
    """Read the areas under `root`, in the order they are offered."""
    return tuple(Area(**row) for row in yaml.safe_load((root / SEED / "areas.yml").read_text("utf-8")))


def area_of(areas: tuple[Area, ...], uri: str | None, name: str | None) -> str | None:
    """Return which of our areas a feed's service_area is: by its ONS code first, else by its very name; None if none."""
    code = (uri or "").rstrip("/").rsplit("/", 1)[-1]
    for area in areas:
        if area.code == code:
            return area.name
    wanted = (name or "").strip().casefold()
    return next((area.name for area in areas if area.name.casefold() == wanted), None)
