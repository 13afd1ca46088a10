"""What time it is where the people are; replaced in tests."""

from __future__ import annotations

from datetime import datetime

from directory.hours import LONDON


def now() -> datetime:
    """Return the time in England."""
    return datetime.now(LONDON)
