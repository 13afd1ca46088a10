"""What a person does in the page, and what is looked for afterwards, in the words of the tests."""

from __future__ import annotations

from typing import Any

from tests.browser.conftest import Visit
from tests.browser.engines import HERE

DANGER = "he has got a knife and hes outside"
DUDLEY = "I live in Dudley, can someone ring me"
ANSWERED = "!document.querySelector('.typing') && document.querySelector('.answer')"
AXE = (HERE / "node_modules/axe-core/axe.min.js").read_text() if (HERE / "node_modules/axe-core").exists() else ""

# What reaches beyond the side of the window, and what holds more than it shows; a box that is typed in may be scrolled.
CUT_OFF = """[...document.querySelectorAll('body *')].filter((each) => {
  const box = each.getBoundingClientRect();
  if (!box.width || each.matches('textarea, .unseen, template *') || getComputedStyle(each).clipPath !== 'none') return false;
  return box.left < -1 || box.right > innerWidth + 1 || (each.clientWidth && each.scrollWidth > each.clientWidth + 1);
}).map((each) => `${each.tagName} ${each.className}`).concat(document.documentElement.scrollWidth > innerWidth ? ['the page'] : [])"""


def open_page(visit: Visit, features: tuple[dict[str, str], ...] = (), **how: Any) -> None:
    visit.begin(**how)
    visit.engine.prefer(features=[{"name": "prefers-reduced-motion", "value": "reduce"}, *features])
    visit.goto("/")


def press(visit: Visit, selector: str, frame: bool = False) -> None:
    """Click what a selector names, where it stands in the middle of the window."""
    visit.engine.click(visit.engine.do("place", selector=selector, frame=frame, reveal=True))


def say(visit: Visit, text: str, until: str = ANSWERED) -> None:
    press(visit, "#text")
    visit.engine.type(text)
    visit.engine.press("Enter")
    visit.engine.wait(until)


def form(visit: Visit) -> None:
    """Ask for a call and open its form."""
    say(visit, DUDLEY)
    press(visit, ".utter_request_callback button")
    visit.engine.wait("document.querySelector('form.callback')")


def clean(visit: Visit, frame: bool = False) -> None:
    """axe-core's WCAG 2.2 AA and best-practice rules find nothing."""
    broken = visit.engine.axe(source=AXE, frame=frame)
    assert not broken, broken


def fits(visit: Visit) -> None:
    """Nothing is cut off, and nothing reaches beyond the side of the window."""
    cut = visit.engine.ask(CUT_OFF)
    assert not cut, cut
