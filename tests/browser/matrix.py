"""The matrix of ways out: case, engine, milliseconds; written to docs/leaving.md."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

CASES = {
    "A": "page of its own, the button",
    "B": "page of its own, Shift three times while typing",
    "C": "page of its own, Shift three times before anything was touched",
    "D": "widget, the button in the frame",
    "E": "widget opened and used by keyboard alone, Shift three times",
    "E8": "widget, Shift three times eight seconds after typing",
    "F": "widget open, Shift three times with the focus on the council page",
    "G": "five turns, leave, Back three times: no word of the chat",
    "H": "another address, then Back (kept page): no word of the chat",
    "I": "frame alone, sandboxed with leave to move the window, the button",
    "J": "frame alone, sandboxed without it: blank and forgotten, the window stays",
    "K": "frame alone, no loader, the button",
    "K-keys": "frame alone, no loader, Shift three times while typing",
    "K-link": "loader blocked: the plain link, then the button",
    "L": "server out of reach",
    "M": "no JavaScript, the form's button",
    "M-back": "no JavaScript, left, then Back: no word of the chat",
    "N": "the council page's button, the widget open",
    "O": "widget with a way out of the council's own (data-exit), the button in the frame",
    "O-host": "the same, the council page's button",
}

HEAD = """# Leaving, measured

How the ways out behave in three engines. The tests in `tests/browser/` make these visits with raw clicks and keys, from
a council page on another site, and write this page (`make browser-docs`). The first figure is milliseconds from the
command to click or press until the neutral page was asked for, with what the driver itself takes; the second, until the
page that was clicked in was blank, by that page's own clock, which Firefox and WebKit round to whole milliseconds.
**Figures vary with the machine; that she is out, that Back shows nothing and that the server forgot do not.** The aim
is blank within 100 ms. Where the page cannot be heard (server out of reach, no JavaScript) there is one figure.

"""

TAIL = """
## What this says, and what it does not

- Through the loader every way out works in every engine. A council should use the loader, or better a link to the page
  of its own.
- A frame without the loader depends on what the browser allows a frame to do; where the sandbox forbids moving the
  window (J) the frame goes blank, the server forgets, and the council page stays. Do not sandbox the frame so.
- Without JavaScript the server forgets at once. Back then shows no word of the chat (M-back): Chromium and Firefox show a
  notice of their own and offer to send the last form again; WebKit sends it again unasked. Sent again, it is told that the
  chat has ended, and no other is begun. The notice itself, and the page before the first word, say where she was; the page
  says before the first word that Leave now is the safest way out.
- Nobody can take the council page's own address out of the history. The page says so before the first word.
- WebKitGTK stands for Safari here: the same engine, not the same browser. Phones were not measured.
"""


def number(version: str) -> str:
    """The version's number alone, from whatever the engine calls itself."""
    found = re.search(r"\d+(\.\d+)?", version)
    return found[0] if found else version


@dataclass
class Matrix:
    """What each case came to in each engine, and which version the engine was."""

    cells: dict[tuple[str, str], str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def add(self, case: str, engine: str, ms: float | None = None, blank: float | None = None, said: str = "out") -> None:
        """Note that a case passed; `said` says how, with the milliseconds until it was out and until it was blank."""
        out = said if ms is None else f"{said}, {max(1, round(ms))} ms"
        self.cells[case, engine] = out if blank is None else f"{out}, blank in {max(1, round(blank))}"

    def write(self, path: Path) -> None:
        """Write the page; every engine that was there has a column."""
        engines = list(self.versions)
        rows = ["| case | what is done | " + " | ".join(f"{name} {number(self.versions[name])}" for name in engines) + " |"]
        rows.append("|---" * (2 + len(engines)) + "|")
        for case, what in CASES.items():
            rows.append(f"| {case} | {what} | " + " | ".join(self.cells.get((case, name), "not tried") for name in engines) + " |")
        path.write_text(HEAD + "\n".join(rows) + "\n" + TAIL, "utf-8")
