"""What Linden promises about a call, and how often each promise was tried and kept in a drill."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Promise(StrEnum):
    """One promise, in plain words; a drill tries every one of them."""

    KEPT = "A request that was acknowledged is there once, and its worker reads what was asked"
    BLIND = "What the page sealed left it without the number or a word of hers"
    ONCE = "The same form sent twice is one request with the same two words"
    UNREADABLE = "A number or word of hers is in no file, log or notice"
    ONE_WINNER = "Of two workers who claim at once, one gets it"
    IN_WINDOW = "What is given out is given out in a time she chose, with 20 minutes left"
    NOT_OUTSIDE = "Outside those times nobody is given anything"
    CLOCK_CHANGE = "A time over the change of the clocks is kept whole, and not an hour longer"
    THREE = "Three tries at the most, half an hour apart"
    DECIDED = "Nothing closes without a safeguarding decision that fits"
    CANCELLED = "Her two words end it at once, from any phone, even with the card open"
    ENDED = "What has ended is never given out again"
    OWN_SERVICE = "A helpline sees its own requests alone"
    LEAVER = "Who has left is let in no more, is sealed to no more, and holds nothing"
    GIVEN_BACK = "What a leaver held goes back, and what she had opened goes to the lead"
    NEWCOMER = "A new colleague, once approved, can serve what already waits"
    RECOVERED = "After a lost key the recovery key seals everything that waits to today's keys"
    LEAD_TOLD = "The lead hears before a time is missed, and what was missed is counted"
    BACKED_UP = "A restored backup holds what waited, and opens with the day's keys"
    NO_KEYRING = "A restored backup without the day's keys opens for nobody"
    DELETED = "A day after it ended a request is gone and a tombstone is left"
    SHREDDED = "Once a day's key is destroyed, a backup of it opens with no key there is"
    SAME_ANSWER = "Right and wrong words get the same answer, of the same size"
    SLOWED = "Past ten guesses an hour even the right words do nothing, and nothing shows it"
    NO_ORACLE = "Nothing answers whether a call is booked for a number"
    NOT_AS_HER = "Without her words nobody cancels, changes or redirects her call"
    FLOOD = "A flood is marked and kept; hers in the midst of it is kept too"
    DANGER = "In a flood of texts danger is still answered with 999"
    REPLAY = "A text sent again does nothing again and gets the same reply, or none after a day"
    FORGED = "A text, an envelope or a desk's request that is forged is refused"
    AUDITED = "Every reveal is a row of the audit, and the chain is whole"


@dataclass
class Count:
    """How often a promise was tried and kept, and what is to be said of it."""

    tried: int = 0
    kept: int = 0
    note: str = ""


@dataclass
class Ledger:
    """What a drill found out of each promise."""

    counts: dict[Promise, Count] = field(default_factory=lambda: {promise: Count() for promise in Promise})

    def hold(self, promise: Promise, kept: bool, note: str | None = None) -> None:
        """Count one try of a promise; `note` is said beside its counts."""
        count = self.counts[promise]
        count.tried += 1
        count.kept += bool(kept)
        count.note = count.note if note is None else note

    @property
    def broken(self) -> list[Promise]:
        """The promises that were not kept every time, or never tried: what was not tried is not known to hold."""
        return [promise for promise, count in self.counts.items() if not 0 < count.kept == count.tried]

    def table(self) -> list[str]:
        """Return the lines of the table of what was promised and what happened."""
        lines = ["| promised | happened | |", "|---|---|---|"]
        for promise, count in self.counts.items():
            happened = f"{count.kept} of {count.tried}" if count.tried else "not tried"
            verdict = "**broken**" if promise in self.broken else "kept"
            lines.append(f"| {promise.value} | {happened}{f'; {count.note}' if count.note else ''} | {verdict} |")
        return lines
