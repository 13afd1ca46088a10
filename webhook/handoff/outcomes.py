"""What can come of a call, and what follows for the request (handoff.md, The desk)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from webhook.handoff.windows import LAST_START, Window


class Outcome(StrEnum):
    """What came of it, by the words it is stored in."""

    REACHED = "reached and safe"
    CUT_OFF = "reached but cut off"
    SOMEONE_ELSE = "someone else answered"
    ASKED_NOT = "asked not to be called"
    NO_ANSWER = "no answer"
    WRONG_NUMBER = "number wrong"
    CANCELLED = "cancelled by her"
    REFERRED = "referred on"
    CHILD_REFERRAL = "child referral"
    ADULT_REFERRAL = "adult referral"
    CALLED_999 = "999 called"
    TO_LEAD = "passed to safeguarding lead"
    MISSED = "missed by us"
    DUPLICATE = "duplicate"
    TEST = "test"


class Decision(StrEnum):
    """The safeguarding decision without which no request is closed; NO_CHILD is no decision where somebody is under 18."""

    NO_CHILD = "no child"
    CONSIDERED = "no referral needed"
    CHILD = "child referral"
    ADULT = "adult referral"
    EMERGENCY = "999 called"


AGAIN = (Outcome.NO_ANSWER, Outcome.CUT_OFF)  # every other outcome ends the attempts at once
MOST_ATTEMPTS = 3
REST = timedelta(minutes=30)  # between two attempts, so that her phone does not ring again and again


@dataclass(frozen=True)
class Following:
    """What a request is after an outcome."""

    ended: bool
    outcome: Outcome
    attempts: int
    windows: tuple[Window, ...]


def following(outcome: Outcome, *, windows: list[Window], attempts: int, danger: bool, now: datetime) -> Following:
    """Return what follows from an outcome.

    No answer and a call cut off leave it waiting for a window, 30 minutes on at the earliest; after three attempts, or
    when no window is left, it stops: a danger-flagged one that was never reached goes to the lead, any other ends."""
    if outcome is Outcome.TO_LEAD:
        return Following(ended=False, outcome=outcome, attempts=attempts, windows=tuple(windows))
    if outcome not in AGAIN:
        return Following(ended=True, outcome=outcome, attempts=attempts, windows=tuple(windows))
    left = rested(windows, now)
    attempts += 1
    if attempts < MOST_ATTEMPTS and left:
        return Following(ended=False, outcome=outcome, attempts=attempts, windows=left)
    if danger and outcome is Outcome.NO_ANSWER:
        return Following(ended=False, outcome=Outcome.TO_LEAD, attempts=attempts, windows=left or tuple(windows))
    return Following(ended=True, outcome=outcome, attempts=attempts, windows=left or tuple(windows))


def rested(windows: list[Window], now: datetime) -> tuple[Window, ...]:
    """Return what is left of the windows for another attempt: none begins within 30 minutes, none is too short to ring in."""
    cut = (Window(max(window.start, now + REST), window.end) for window in windows)
    return tuple(window for window in cut if window.end - window.start > LAST_START)
