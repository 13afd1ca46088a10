"""The directory editors' page in Chromium: reached from the desk, a service confirmed with one press, for everyone and in any light."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.desk_site import HERE, Chromium, DeskSite
from tests.clock import NOON
from tests.conftest import Clock

EDITOR = "Edith"
CONFIRMS = '[data-confirms="dud-spoc"]'


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """A browser with an editor on her page, enrolled from a printed link without a key."""
    folder = tmp_path_factory.mktemp("editors")
    site, made = DeskSite(folder, Clock(NOON)), Chromium(folder)
    link = site.command("invite", EDITOR, "--service", "demo-dudley", "--role", "directory-editor").split()[-1]
    made.do("person", who=EDITOR)
    made.do("goto", who=EDITOR, url=link)
    made.do("wait", who=EDITOR, expression="!document.querySelector('#make').hidden")
    made.do("click", who=EDITOR, selector="#make button.act")
    made.do("wait", who=EDITOR, expression="!document.querySelector('#made').hidden")
    made.do("click", who=EDITOR, selector="#made a.act")
    made.do("click", who=EDITOR, selector='nav a[href="/helpline/directory"]')
    made.do("wait", who=EDITOR, expression="document.querySelector('[data-confirms]')")
    yield made
    made.close()
    site.close()


def ask(browser: Chromium, expression: str) -> Any:
    return browser.do("ask", who=EDITOR, expression=expression)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Chromium, pictures: Path, scheme: str) -> None:
    browser.do("features", who=EDITOR, features=[{"name": "prefers-color-scheme", "value": scheme}])
    assert browser.do("axe", who=EDITOR, source=(HERE / "node_modules" / "axe-core" / "axe.min.js").read_text()) == []
    browser.do("shot", who=EDITOR, path=str(pictures / f"directory-editors{'' if scheme == 'light' else '-dark'}.png"))


def test_one_press_confirms_and_says_so_where_it_is_read_out(browser: Chromium) -> None:
    assert ask(browser, f"[...document.querySelector('{CONFIRMS}').closest('.entry').querySelectorAll('[data-problem]')].length") > 0
    browser.do("click", who=EDITOR, selector=CONFIRMS)
    browser.do("wait", who=EDITOR, expression=f"!document.querySelector('{CONFIRMS}')")
    said = "Confirmed by Edith on 2026-11-23."
    assert browser.do("text", who=EDITOR, selector="#said") == f"Dudley Single Point of Contact. {said}"
    browser.do("goto", who=EDITOR, url=ask(browser, "location.href"))
    entry = "[...document.querySelectorAll('.entry')].find((each) => each.textContent.includes('dud-spoc'))"
    assert said in ask(browser, f"{entry}.textContent")
    assert ask(browser, f"{entry}.closest('details') !== null"), "nothing is left to do for it"


def test_it_fits_a_phone(browser: Chromium) -> None:
    browser.do("size", who=EDITOR, width=320, height=700)
    assert ask(browser, "document.documentElement.scrollWidth <= 320")


def test_the_page_keeps_its_own_policy_and_throws_nothing(browser: Chromium) -> None:
    assert browser.do("errors", who=EDITOR) == []
