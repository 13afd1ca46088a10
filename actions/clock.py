"""What day it is where the people are; replaced in tests."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def today() -> date:
    """Return today's date in England."""
    return datetime.now(LONDON).date()
