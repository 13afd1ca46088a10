"""When a key is due to be made anew, and how long the one it replaces is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

ROTATE_AFTER = timedelta(days=90)  # handoff.md, Workers
OLD_KEPT = timedelta(days=22)  # the longest a request waits, and a day: then a retired key opens nothing that is left


def is_due(approved: datetime, now: datetime) -> bool:
    """True when a key has been in use for so long that its owner should make a new one."""
    return now - approved >= ROTATE_AFTER
