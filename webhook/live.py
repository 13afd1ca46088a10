"""What must be true before Linden may speak to real people: in live mode it refuses to start, and lists what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import yaml
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from directory.database import open_directory
from directory.listing import OUR_OWN
from directory.models import Service
from webhook.config import Config
from webhook.due import due_words
from webhook.errors import ConfigInvalid
from webhook.words import FOLDER, Words

SIGNED_AREAS = ("danger", "callback", "law", "front_door", "page", "journeys", "texting")  # every reply of these must be signed off
SIGNOFF = "docs/wording-signoff.yml"


def refuse_unless_fit(config: Config, words: Words, today: date) -> None:
    """Raise ConfigInvalid in live mode, listing all that is missing; demonstration mode always may start."""
    if config.mode != "live":
        return
    missing = [*_people(config), *_unsigned(config, words), *_overdue(words, today), *_unconfirmed(config)]
    if missing:
        raise ConfigInvalid("LINDEN_MODE=live must not start yet:\n- " + "\n- ".join(missing))


def replies_in(config: Config, area: str) -> list[str]:
    """The names of the replies of an area."""
    return list(yaml.safe_load((config.root / FOLDER / f"{area}.yml").read_text("utf-8"))["responses"])


def _people(config: Config) -> Iterator[str]:
    if not config.safeguarding_lead:
        yield "no safeguarding lead is named (SAFEGUARDING_LEAD)"
    if not config.data_controller:
        yield "no data controller is named (DATA_CONTROLLER)"


def _unsigned(config: Config, words: Words) -> Iterator[str]:
    signed = yaml.safe_load((config.root / SIGNOFF).read_text("utf-8")) or {}
    for area in SIGNED_AREAS:
        for name in replies_in(config, area):
            entry = signed.get(name) or {}
            if not entry.get("reviewer") or entry.get("hash") != words.version(name):
                yield f"{name} is not signed off as it now reads ({SIGNOFF})"


def _overdue(words: Words, today: date) -> Iterator[str]:
    for due in due_words(words, today):
        yield f"{due.name} was to be looked at again by {due.review_by} (flask --app webhook words due)"


def _unconfirmed(config: Config) -> Iterator[str]:
    try:
        with Session(open_directory(config.directory_url), future=True) as session:
            services = [
                s.id for s in session.query(Service).filter(Service.status == "active", Service.origin == OUR_OWN) if s.phones and not s.assured_by
            ]
    except SQLAlchemyError:
        yield "the directory is not loaded (make run)"
        return
    for service in services:
        yield f"no person has confirmed the number of {service} (directory confirm)"
