"""How often the danger detector, rules and head as they are served, cries wolf on messages that are not about abuse at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from safety.danger import DangerDetector
from tools.compare.open_data import Lines, read_banking, read_clinc

BAR = 0.002


@dataclass(frozen=True)
class Alarm:
    """One false alarm: the row of the test file, counted from nought, what its line is about, and who raised it at which level."""

    row: int
    intent: str
    level: str
    by: str


@dataclass(frozen=True)
class Alarms:
    """The false alarms on one set of test messages, of how many."""

    name: str
    n: int
    raised: list[Alarm]


def measure_alarms(detector: DangerDetector, folder: Path) -> list[Alarms]:
    """Return the false alarms on the test messages of BANKING77 and of CLINC150; no message is kept."""
    tests = {"BANKING77": read_banking(folder / "banking77_test.csv"), "CLINC150": read_clinc(folder).test}
    return [Alarms(name, len(lines), _raised(detector, lines)) for name, lines in tests.items()]


def _raised(detector: DangerDetector, lines: Lines) -> list[Alarm]:
    levels = [(row, intent, text, detector(text).level) for row, (text, intent) in enumerate(lines)]
    by_rules = detector.by_rules
    return [Alarm(row, intent, level, "rules" if by_rules(text).level == level else "head") for row, intent, text, level in levels if level != "none"]
