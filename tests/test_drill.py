"""A sample of the drill: fewer people, the same weekend, the trained assistant in this process; every promise is tried and kept."""

import random
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools.agent import AgentAssistant
from tools.drill.__main__ import page
from tools.drill.cases import BEGINNING, plan
from tools.drill.promises import Ledger, Promise
from tools.drill.stage import raised
from tools.drill.story import Story


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not here")
def test_every_promise_is_tried_and_kept(assistant: AgentAssistant, tmp_path: Path) -> None:
    with raised(ROOT, tmp_path, BEGINNING, assistant) as stage:
        story = Story(stage, plan(random.Random(7), {"page": 2, "form": 11, "text": 4}, unstaffed=1))
        story.run()
    assert story.ledger.broken == [], "\n".join(story.ledger.table())


def test_a_promise_that_was_not_tried_or_once_not_kept_is_broken() -> None:
    ledger = Ledger()
    for promise in Promise:
        ledger.hold(promise, True)
    assert ledger.broken == []
    ledger.hold(Promise.ONCE, False)
    assert ledger.broken == [Promise.ONCE]
    assert "| 1 of 2 | **broken** |" in "\n".join(ledger.table())
    assert Ledger().broken == list(Promise)


def test_the_page_says_every_promise_and_that_it_was_tried() -> None:
    told, kept = page(Ledger()), (ROOT / "docs/drill.md").read_text()
    for promise in Promise:
        assert f"| {promise.value} | not tried | **broken** |" in told
        assert f"| {promise.value} | " in kept
    assert "not tried" not in kept
    assert "**broken**" not in kept
