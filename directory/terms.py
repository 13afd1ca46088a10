"""The taxonomies `need` and `audience`, and which of their terms a feed means by another name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml
from sqlalchemy.orm import Session

from directory.areas import SEED
from directory.ids import uuid_of
from directory.listing import OUR_OWN
from directory.models import Taxonomy, TaxonomyTerm

TAXONOMIES = ("need", "audience")


@dataclass(frozen=True)
class Term:
    """One term of ours: its taxonomy, its short id, its name, and the other names a feed may give it."""

    taxonomy: str
    term: str
    name: str
    also: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Its UUID."""
        return uuid_of("taxonomy_term", f"{self.taxonomy}/{self.term}")


@dataclass(frozen=True)
class Terms:
    """All terms of ours, and the taxonomies' own names and descriptions."""

    terms: tuple[Term, ...]
    taxonomies: dict[str, tuple[str, str]]

    @classmethod
    def read(cls, root: Path) -> Terms:
        """Read the terms under `root`."""
        body = yaml.safe_load((root / SEED / "terms.yml").read_text("utf-8"))
        terms = (
            Term(taxonomy, term, row["name"], tuple(row.get("also", ()))) for taxonomy in TAXONOMIES for term, row in body[taxonomy]["terms"].items()
        )
        return cls(tuple(terms), {taxonomy: (body[taxonomy]["name"], body[taxonomy]["description"]) for taxonomy in TAXONOMIES})

    def meant_by(self, name: str) -> list[Term]:
        """Our terms that a feed's term of this name stands for; a name must be given exactly, but for capitals."""
        wanted = name.strip().casefold()
        return [term for term in self.terms if wanted in {term.name.casefold(), *(other.casefold() for other in term.also)}]

    def save(self, session: Session) -> None:
        """Bring the tables `taxonomy` and `taxonomy_term` in line with ours."""
        for taxonomy, (name, description) in self.taxonomies.items():
            session.merge(Taxonomy(id=uuid_of("taxonomy", taxonomy), name=name, description=description))
        for term in self.terms:
            session.merge(_row(term))


def _row(term: Term) -> TaxonomyTerm:
    return TaxonomyTerm(
        id=term.id,
        taxonomy=term.taxonomy,
        taxonomy_id=uuid_of("taxonomy", term.taxonomy),
        term=term.term,
        name=term.name,
        description=term.name,
        origin=OUR_OWN,
        extra={},
    )
