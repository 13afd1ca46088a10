"""`make drill`: run the whole of it, print what was promised and what happened; `--write` keeps the table in docs/drill.md."""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.drill.browser import BrowserFailed
from tools.drill.cases import BEGINNING, plan
from tools.drill.promises import Ledger
from tools.drill.stage import raised
from tools.drill.story import Story

PAGE = Path("docs/drill.md")
WAYS = {"page": 12, "form": 16, "text": 20}
UNSTAFFED = 2
SEED = 20261025


def main() -> int:
    """Run a drill; return 1 when a promise is broken or was not tried, 2 after one sentence when it cannot be run."""
    started = time.monotonic()
    try:
        ledger = run(Path.cwd())
    except (BrowserFailed, TimeoutError) as problem:
        print(problem, file=sys.stderr)
        return 2
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(ledger), "utf-8")
    print("\n".join(ledger.table()))
    print(f"\n{len(ledger.broken)} promises broken or not tried, in {time.monotonic() - started:.0f} s")
    return 1 if ledger.broken else 0


def run(root: Path) -> Ledger:
    """Run the drill on the programs under `root` and return what was found out."""
    with TemporaryDirectory(prefix="linden-drill-") as folder, raised(root, Path(folder), BEGINNING) as stage:
        story = Story(stage, plan(random.Random(SEED), WAYS, UNSTAFFED))
        story.run()
        return story.ledger


def page(ledger: Ledger) -> str:
    """Return the page: when it was run, what the drill is, and the table."""
    asked = sum(WAYS.values()) + UNSTAFFED
    lines = [
        "# The drill: what was promised, and what happened",
        "",
        f"Written by `make drill WRITE=1` on {datetime.now(UTC):%d %B %Y}. Seed {SEED}; only times differ from run to run.",
        "",
        f"{asked} invented people ask for a call: {WAYS['page']} from a page that seals in Chromium, {WAYS['form'] + UNSTAFFED} by the form without",
        f"JavaScript ({UNSTAFFED} of them to a helpline next door where nobody works), {WAYS['text']} by text. Rasa, the actions and the front door",
        "run; the front door's clock is moved over the weekend of 24 October 2026, when the clocks go back. Two workers at a time",
        "work the queue through the desk's own addresses with a passkey in software; one leaves, one comes, one loses her key;",
        "a backup is restored; an abuser guesses, asks, floods, poses as her, sends again and forges (`tools/drill/`).",
        "",
        *ledger.table(),
        "",
        "What it does not show: a person at the desk's page (`tests/browser/test_helpline_desk.py` does), a phone that rings, a",
        "carrier, PostgreSQL and several front doors (`tests/test_stack.py`), and how a tired worker gets on with it.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
