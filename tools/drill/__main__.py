"""`make drill`: run the whole of it, print what was promised and what happened; `--write` keeps the table in docs/drill.md."""

from __future__ import annotations

import logging
import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.drill.cases import plan
from tools.drill.promises import Ledger
from tools.drill.stage import raised
from tools.drill.story import START, Story

PAGE = Path("docs/drill.md")
WAYS = {"page": 12, "form": 16, "text": 20}
UNSTAFFED = 2
SEED = 20261025


def main() -> int:
    """Run a drill; return 1 when a promise is broken or was not tried."""
    logging.raiseExceptions = False
    root = Path.cwd()
    with TemporaryDirectory(prefix="linden-drill-") as folder, raised(root, Path(folder), START) as stage:
        story = Story(stage, plan(random.Random(SEED), WAYS, UNSTAFFED))
        story.run()
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(story.ledger), "utf-8")
    print("\n".join(story.ledger.table()))
    return 1 if story.ledger.broken else 0


def page(ledger: Ledger) -> str:
    """Return the page: what was run, when, and the table."""
    lines = [
        "# The drill: what was promised, what happened",
        "",
        f"Written by `make drill WRITE=1` on {datetime.now(UTC):%d %B %Y}, seed {SEED}.",
        "",
        *ledger.table(),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
