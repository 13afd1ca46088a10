"""What is measured is counted once and rightly, and what a file does not have is not shown as if it had."""

import os
from pathlib import Path

import pytest

from directory.database import database_url, directory_url
from tests.conftest import ROOT
from tools.agent import own_directory
from tools.evaluate import Row, figures, heard_at, right, wilson, write_details, wrong_in
from tools.report import table
from webhook.config import load_config

ROWS = [
    Row("a", ["refuge"], "none", "", "web", ["refuge", "pets"], "none"),
    Row("b", ["refuge", "pets"], "high", "", "web", ["pets", "refuge"], "now"),
    Row("c", ["scared"], "now", "", "web", ["pets", "refuge", "scared"], "high"),
    Row("d", ["out_of_scope"], "none", "", "web", [], "high"),
    Row("e", [], "now", "Dudley", "web", ["pets"], "now", "Walsall"),
]


def test_the_figures_are_those_of_the_rows() -> None:
    found = figures(ROWS)
    assert (found["n"], found["top1"], found["top3"], found["oos_recall"], found["in_scope_refused"]) == (5, 0.5, 0.75, 0.0, 0.0)
    assert (found["danger"]["now"]["recall"], found["danger"]["high"]["recall"], found["danger"]["false_alarm"]) == (0.5, 1.0, 0.5)
    assert found["area_found"] == 0.0


def test_each_wrong_row_is_named_for_what_is_wrong() -> None:
    assert [wrong_in(row) for row in ROWS] == ["", "", "intent+missed", "intent+alarm", "area"]


def test_the_details_are_written_for_every_intent(tmp_path: Path) -> None:
    (tmp_path / "var/eval").mkdir(parents=True)
    write_details(tmp_path, ROWS)
    assert (tmp_path / "var/eval/intents.tsv").read_text().splitlines()[1:] == ["out_of_scope\t1\t0", "refuge\t2\t2", "scared\t1\t0"]
    assert len((tmp_path / "var/eval/wrong.tsv").read_text().splitlines()) == 4


@pytest.mark.parametrize(("heard", "level", "found"), [("high", "now", False), ("now", "now", True), ("now", "high", True), ("none", "high", False)])
def test_now_must_be_heard_as_now(heard: str, level: str, *, found: bool) -> None:
    assert heard_at(heard, level) is found


def test_what_was_counted_over_nothing_is_left_out_of_the_table() -> None:
    lines = table("figure", {"seen": (1, 2), "not in the file": (0, 0)})
    assert [line for line in lines if "seen" in line] == ["| seen | 0.500 | 0.095 – 0.905 | 2 |"]
    assert not any("not in the file" in line for line in lines)
    assert wilson(0, 0) == [0.0, 1.0]
    assert right(ROWS[1])
    assert not right(ROWS[3])


def test_the_actions_look_where_the_front_door_does_and_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINDEN_VAR", "elsewhere")
    monkeypatch.setenv("DATABASE_URL", "postgres://linden@127.0.0.1/linden")
    config = own_directory(tmp_path / "run", ROOT)
    assert directory_url(os.environ, Path(os.environ["LINDEN_VAR"])) == config.directory_url == f"sqlite:///{tmp_path / 'run/directory.db'}"


@pytest.mark.parametrize("given", ["postgres://linden@127.0.0.1/linden", "postgresql://linden@127.0.0.1/linden"])
def test_both_programs_read_a_servers_address_as_hosts_write_it(given: str) -> None:
    config = load_config({"DATABASE_URL": given}, ROOT)
    assert config.queue_url == config.directory_url == database_url({"DATABASE_URL": given}) == "postgresql://linden@127.0.0.1/linden"
