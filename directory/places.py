"""Tells which borough a message is about, from a full postcode, a postcode district, or the name of a place.

An area is written `Dudley`; `outside:Birmingham` when the place is known to be elsewhere; and
`Walsall|outside:Birmingham` when it could be either and the person must be asked. Postcodes: ONS Postcode Directory, November 2025
(see `directory/seed/SOURCES.md`); 75 of 169 sectors straddle a boundary, so a sector is never guessed from.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from directory.areas import OUTSIDE, SEED, Area, read_areas

SURE_SHARE = 0.98  # a district's name alone is enough when this share of its postcodes lies in one borough
CLOSE = 88.0  # rapidfuzz ratio, 0 to 100: one slip in a word of eight letters
SHORTEST_FUZZY = 6  # letters; shorter names are too easily some other word

_DISTRICT = re.compile(r"\b(b|dy|ws|wv)\s?([0-9]{1,2})(?=\s|$|[,.!?])", re.I)
_NOT_LETTERS = re.compile(r"[^a-z0-9 ]+")
_LOCATIVE = {"in", "from", "near", "at", "live", "lives", "living", "around", "round", "over", "up", "by", "is", "to"}


@dataclass(frozen=True)
class Gazetteer:
    """Postcodes, districts and place names held in memory; pure and fast, and it opens no database."""

    areas: tuple[str, ...]
    postcodes: dict[str, str]
    districts: dict[str, str]
    beyond: dict[str, str]
    places: dict[str, str]

    @classmethod
    def load(cls, root: Path) -> Gazetteer:
        """Read the seed files under `root`."""
        folder, areas = root / SEED, read_areas(root)
        names = tuple(area.name for area in areas)
        places = dict(line.split("\t") for line in (folder / "places.tsv").read_text("utf-8").splitlines()[1:])
        shares = json.loads((folder / "postcode_districts.json").read_text("utf-8"))["districts"]
        districts = {district: settle(share, names) for district, share in shares.items()}
        beyond = {district: outside for district, share in shares.items() if (outside := _outside(share, names))}
        return cls(names, read_postcodes((folder / "postcodes.txt").read_text("utf-8"), areas), districts, beyond, places)

    def find(self, text: str, postcodes: tuple[str, ...] = ()) -> str | None:
        """Return the area a message names: by full postcode, then place name, then postcode district; None if none."""
        for postcode in postcodes:
            district = postcode.split()[0]
            area = self.postcodes.get(postcode) or self.beyond.get(district) or self.districts.get(district)
            if area is not None:
                return area
        return self._by_name(text) or self._by_district(text)

    def _by_district(self, text: str) -> str | None:
        found = [self.districts.get(f"{letters.upper()}{digits}") for letters, digits in _DISTRICT.findall(text)]
        return next((area for area in found if area), None)

    def _by_name(self, text: str) -> str | None:
        """Return the area of the longest place name in `text`, exactly spelled first, then nearly."""
        words = _NOT_LETTERS.sub("", text.lower().replace("-", " ")).split()
        for size in (4, 3, 2, 1):
            for start in range(len(words) - size + 1):
                run = " ".join(words[start : start + size])
                if run in self.places:
                    return self.places[run]
        return self._nearly(words)

    def _nearly(self, words: list[str]) -> str | None:
        """Match a slip of spelling, but only where a place is likely: after "in", "near", or in a very short message."""
        starts = range(len(words)) if len(words) <= 3 else [i + 1 for i, word in enumerate(words) if word in _LOCATIVE]
        runs = [" ".join(words[i : i + size]) for i in starts for size in (1, 2) if i + size <= len(words)]
        names = [name for name in self.places if len(name) >= SHORTEST_FUZZY]
        best = (0.0, "")
        for run in runs:
            match = process.extractOne(run, names, scorer=fuzz.ratio, score_cutoff=CLOSE) if len(run) >= SHORTEST_FUZZY else None
            if match and match[0][0] == run[0]:
                best = max(best, (match[1], match[0]))
        return self.places.get(best[1])


def read_postcodes(table: str, areas: tuple[Area, ...]) -> dict[str, str]:
    """Read the compact table; its first lines say how it is laid out."""
    marks = {area.mark: area.name for area in areas}
    postcodes: dict[str, str] = {}
    for line in table.splitlines():
        if line.startswith("#"):
            continue
        district, digit, *rest = line.split()
        borough = ""
        for token in rest:
            if token in marks:
                borough = marks[token]
            else:
                postcodes[f"{district} {digit}{token}"] = borough
    return postcodes


def settle(shares: dict[str, int], ours: tuple[str, ...]) -> str:
    """The area nearly all of a district lies in; else every area it could well be, the likeliest first, joined by |."""
    total = sum(shares.values())
    ranked = sorted(shares, key=lambda name: -shares[name])
    likely = [name for name in ranked if shares[name] > (1 - SURE_SHARE) * total and not name.startswith("E0")]
    return "|".join(name if name in ours else f"{OUTSIDE}{name}" for name in likely)


def _outside(shares: dict[str, int], ours: tuple[str, ...]) -> str | None:
    """Where a full postcode of this district lies that is in none of our boroughs: its largest other council."""
    others = {name: count for name, count in shares.items() if name not in ours and not name.startswith("E0")}
    return f"{OUTSIDE}{max(others, key=lambda name: others[name])}" if others else None
