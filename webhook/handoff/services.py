"""The signed-up helplines: where, whether they take young people, and when they are staffed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

import holidays
import yaml

FOLDER = Path("data/services")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = time(0)


@dataclass(frozen=True)
class Hours:
    """From and to; a `to` that is not after `from` is on the next day, so 18:00-02:00 is a night shift."""

    start: time
    end: time


@dataclass(frozen=True)
class HelplineService:
    """One signed-up helpline; `staffed` is by day name, and `bank` for bank holidays."""

    id: str
    name: str
    area: str
    takes_under_18s: bool
    staffed: dict[str, Hours]

    def hours_on(self, day: date) -> Hours | None:
        """Return when it is staffed on `day`, bank holidays of England included; None when it is closed."""
        if day in holidays.country_holidays("GB", subdiv="ENG", years=day.year):
            return self.staffed.get("bank")
        return self.staffed.get(DAYS[day.weekday()])


def load_services(root: Path, mode: str) -> list[HelplineService]:
    """Read the services of this mode under `root`; none is an ordinary answer: then nobody gets a form, only numbers."""
    path = root / FOLDER / f"{mode}.yml"
    if not path.exists():
        return []
    return [_service(body) for body in yaml.safe_load(path.read_text("utf-8")) or []]


def service_for(services: list[HelplineService], area: str | None) -> HelplineService | None:
    """Return the service of an area, if it has one."""
    return next((service for service in services if service.area == area), None)


def _service(body: dict[str, Any]) -> HelplineService:
    staffed: dict[str, Hours] = {}
    for days, hours in body["staffed"].items():
        for day in _days(days):
            staffed[day] = _hours(hours)
    return HelplineService(body["id"], body["name"], body["area"], body["takes_under_18s"], staffed)


def _days(name: str) -> list[str]:
    if name == "bank":
        return ["bank"]
    first, _, last = name.partition("-")
    return list(DAYS[DAYS.index(first) : DAYS.index(last or first) + 1])


def _hours(text: str) -> Hours:
    start, _, end = text.partition("-")
    return Hours(time.fromisoformat(start), MIDNIGHT if end == "24:00" else time.fromisoformat(end))
