"""The seed files as read: facts by id, how each is shown, and what must never be used."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from directory import SeedInvalid
from directory.areas import SEED, Area, read_areas
from directory.never_use import NeverUse, digits
from directory.terms import TAXONOMIES, Terms

FILED = {"need": "needs", "audience": "audience"}  # a taxonomy, and what annotations.yml calls its terms


@dataclass(frozen=True)
class Seed:
    """The seed: facts by id, how each is shown, the digits that must never be used, our terms and our areas."""

    contacts: list[dict[str, Any]]
    annotations: dict[str, dict[str, Any]]
    banned: NeverUse
    terms: Terms
    areas: tuple[Area, ...]

    @classmethod
    def read(cls, root: Path) -> Seed:
        """Read the seed under `root`; raises SeedInvalid when an entry is not annotated or a number is ruled out."""
        folder = root / SEED
        contacts = json.loads((folder / "contacts.json").read_text("utf-8"))
        annotations = yaml.safe_load((folder / "annotations.yml").read_text("utf-8"))
        seed = cls(contacts, annotations, NeverUse.read(root), Terms.read(root), read_areas(root))
        seed.check()
        return seed

    @property
    def never_use(self) -> dict[str, tuple[str, ...]]:
        """The digits that must never be used, each with the ids of the services it is right for."""
        return self.banned.only_for

    def check(self) -> None:
        """Raise SeedInvalid naming the first entry that may not be loaded."""
        ids = {contact["id"] for contact in self.contacts}
        if missing := ids ^ set(self.annotations):
            raise SeedInvalid(f"contacts.json and annotations.yml disagree about {', '.join(sorted(missing))}")
        known = {(term.taxonomy, term.term) for term in self.terms.terms}
        for key, note in self.annotations.items():
            self._check_phones(key, note)
            for term in terms_of(note):
                if term not in known:
                    raise SeedInvalid(f"{key}: {term[1]} is not a term of {term[0]} (terms.yml)")

    def _check_phones(self, key: str, note: dict[str, Any]) -> None:
        for number, dial in note.get("phones", ()):
            if digits(number) != dial:
                raise SeedInvalid(f"{key}: {number} is not dialled {dial}")
            if self.banned.forbids(dial, key):
                raise SeedInvalid(f"{key}: {number} must never be used")


def terms_of(note: dict[str, Any]) -> list[tuple[str, str]]:
    """The terms an entry is filed under, each as taxonomy and term."""
    return [(taxonomy, term) for taxonomy in TAXONOMIES for term in note.get(FILED[taxonomy], ())]
