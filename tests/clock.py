"""The time that tests and the drill go by."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday


@dataclass
class Clock:
    """A clock that stands still until it is moved; the front door goes by it."""

    moment: datetime = NOON

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.moment

    def forward(self, **amount: float) -> None:
        """Move on by so many `minutes`, `hours` or `days`."""
        self.moment += timedelta(**amount)
