"""Who asks for a call in a drill, and what is to become of each: invented people with Ofcom's numbers for drama."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

from webhook.handoff.outcomes import Decision, Outcome
from webhook.handoff.windows import Window

BEGINNING = datetime(2026, 10, 24, 14, tzinfo=UTC)  # a Saturday, 3pm in London
CHANGE = datetime(2026, 10, 25, 1, tzinfo=UTC)  # the clocks go back: 2am is 1am once more
DUDLEY, WALSALL = "demo-dudley", "demo-walsall"
OFFERED, MOST_PICKED = 5, 3  # times: five are offered by text
FATES = (
    ((Outcome.REACHED,), 10),
    ((Outcome.NO_ANSWER, Outcome.REACHED), 4),
    ((Outcome.NO_ANSWER, Outcome.NO_ANSWER, Outcome.NO_ANSWER), 2),
    ((Outcome.CUT_OFF, Outcome.REACHED), 1),
    ((Outcome.SOMEONE_ELSE,), 2),
    ((Outcome.ASKED_NOT,), 1),
    ((Outcome.CHILD_REFERRAL,), 1),
    ((Outcome.TO_LEAD,), 1),
)


@dataclass
class Case:
    """One person who asks: how, from which number, for which of the times offered; and what comes of each try."""

    number: int
    way: str  # page (sealed in the browser), form (without JavaScript) or text
    service: str
    picks: tuple[int, ...]  # which of the first times offered
    danger: bool
    under_18: bool
    cancels: str  # "", "waiting" or "open": when she takes it back
    outcomes: tuple[Outcome, ...]
    id: str = ""
    receipt: str = ""
    windows: tuple[Window, ...] = ()  # the times she chose, as they were offered
    not_before: datetime = BEGINNING  # nobody gets round to it earlier
    tries: list[float] = field(default_factory=list)  # when she was rung, in Unix seconds

    @property
    def phone(self) -> str:
        """Her number: never in use (Ofcom)."""
        return f"+447700900{100 + self.number:03d}"

    @property
    def word(self) -> str:
        """The word she will say; by text there is none."""
        return f"kingfisher{self.number:03d}" if self.way != "text" else ""

    @property
    def network(self) -> str:
        """The network she asks from."""
        return f"10.{self.number}.1.1"

    @property
    def outcome(self) -> Outcome:
        """What comes of her latest try."""
        return self.outcomes[min(len(self.tries), len(self.outcomes)) - 1]

    @property
    def decision(self) -> Decision:
        """The safeguarding decision that fits."""
        return Decision.CHILD if self.under_18 else Decision.CONSIDERED


def plan(rng: random.Random, ways: dict[str, int], unstaffed: int) -> list[Case]:
    """Return the people of a drill, shuffled: so many by each way, and `unstaffed` more to a helpline where nobody works."""
    order = [(way, DUDLEY) for way, count in ways.items() for _ in range(count)]
    rng.shuffle(order)
    order += [("form", WALSALL)] * unstaffed
    return [_case(number, way, service, rng) for number, (way, service) in enumerate(order, 1)]


def _case(number: int, way: str, service: str, rng: random.Random) -> Case:
    fates, weights = zip(*FATES, strict=True)
    first = number // 2 % OFFERED if service == DUDLEY else 0
    picks = (first, *sorted(rng.sample(range(first + 1, OFFERED), rng.randint(0, min(MOST_PICKED, OFFERED - first) - 1))))
    cancels = {3: "waiting", 7: "open"}.get(number % 10, "") if service == DUDLEY else ""
    danger, under_18 = (service == DUDLEY and rng.random() < share for share in (0.15, 0.1))
    return Case(number, way, service, picks, danger, under_18, cancels, rng.choices(fates, weights)[0])
