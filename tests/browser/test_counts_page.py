"""The service owner's month as Chromium shows and prints it."""

import os
import re
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from tests.browser.desk_site import CHROMIUM
from tests.browser.engines import require
from tests.conftest import ROOT, Clock, Scripted, make_app
from tests.desk_hand import Hand
from tests.test_counts import OCTOBER
from webhook.counts.facts import every_fact
from webhook.helpline.roles import Role
from webhook.store.counts import add_counts
from webhook.store.engine import transaction
from webhook.store.models import Tombstone

SHEETS = 2


@pytest.fixture
def page(tmp_path: Path, clock: Clock) -> Path:
    """A month of invented numbers, as a file with its style beside it."""
    hand = Hand(make_app(tmp_path, Scripted(), clock), "Sam", tmp_path).enrol(Role.SUPERVISOR, approved=False)
    facts = every_fact(ROOT)
    with transaction(hand.linden.queue) as session:
        for day in range(31):
            daily = {fact: 1 + (day * 7 + place * 5) % 11 // (1 + place // 4) for place, fact in enumerate(facts)} | {facts[0]: 9 + day * 13 % 17}
            add_counts(session, {(OCTOBER.replace(day=day + 1), fact): count for fact, count in daily.items() if not fact.startswith("handoff")})
            came = datetime(2026, 10, day + 1, 12)  # noqa: DTZ001  # the database's own times are naive UTC
            for number in range(2 + day % 3):
                outcome = "no answer" if (day + number) % 4 == 0 else "reached and safe"
                session.add(Tombstone(id=f"{day}-{number}", received=came, ended=came, outcome=outcome))
    shown = hand.get("counts", Accept="text/html").get_data(as_text=True)
    style = ROOT / "webhook" / "static" / "helpline" / "counts.css"
    (tmp_path / "month.html").write_text(shown.replace("/static/helpline/counts.css", style.as_uri()))
    return tmp_path / "month.html"


def chromium(page: Path, *arguments: str) -> None:
    require("chromium")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={page.parent / 'profile'}", *arguments, page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def test_a_month_prints_on_two_sheets(page: Path) -> None:
    chromium(page, "--no-pdf-header-footer", f"--print-to-pdf={page.parent / 'month.pdf'}")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", (page.parent / "month.pdf").read_bytes())) == SHEETS


def test_the_picture_of_a_month_is_taken(page: Path) -> None:
    target = ROOT / "docs" / "pictures" / "monitoring.png" if os.environ.get("WRITE_DOCS") else page.parent / "month.png"
    chromium(page, "--window-size=900,2030", "--hide-scrollbars", f"--screenshot={target}")
    assert target.stat().st_size > 20_000, "a page without its pictures is much smaller"
