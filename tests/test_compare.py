"""The comparison counts rightly, draws the same examples each time, and says `not run` of what was not."""

import csv
import gzip
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from safety.danger import DangerDetector
from tests.conftest import ROOT
from tools.compare.alarms import Alarm, Alarms, measure_alarms
from tools.compare.open_data import REFUSED, Part, few, read_part
from tools.compare.page import page
from tools.compare.results import keep_alarms, keep_trial, read_alarms, read_trials
from tools.compare.trial import CHOICES, STOCK, Trial, at_chosen_threshold, score, write_project
from tools.evaluate import FALLBACK

LINES = [("a", "card"), ("b", "loan"), ("c", REFUSED), ("d", REFUSED)]
RANKINGS = [[(FALLBACK, 0.3), ("card", 0.2)], [("card", 0.9)], [(FALLBACK, 0.3), ("card", 0.1)], [("loan", 0.6)]]
TRIAL = Trial(
    part="banking10",
    system="published",
    day="2026-11-22",
    load=1.0,
    cores=2,
    trained_on=770,
    in_scope=[90, 100],
    refused=[0, 0],
    chosen={},
    seconds=20.0,
    computing=15.0,
    model=5.0,
    encoder=22.0,
    memory=500,
    median=3.0,
    p95=5.0,
)


@pytest.fixture
def open_data(tmp_path: Path) -> Path:
    """A folder in the form of the published data, with lines of our own."""
    for split in ("train", "test"):
        with (tmp_path / f"banking77_{split}.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["text", "category"])
            rows.writerows((f"my card,\nnumber {n}, is {split}ed", "card") for n in range(40))
    content = {split: [["move my money", "transfer"]] for split in ("train", "val", "test")}
    content |= {f"oos_{split}": [["who won the match", "oos"]] for split in ("train", "val", "test")}
    with gzip.open(tmp_path / "clinc150_data_full.json.gz", "wt", encoding="utf-8") as file:
        json.dump(content, file)
    return tmp_path


def test_out_of_scope_has_one_name(open_data: Path) -> None:
    part = read_part(open_data, "clinc")
    assert part.train == part.choose == part.test == [("move my money", "transfer"), ("who won the match", REFUSED)]


def test_the_same_few_are_drawn_of_each_intent() -> None:
    lines = [(f"{intent} {n}", intent) for intent in ("card", "loan") for n in range(50)]
    drawn = few(lines, 10)
    assert Counter(intent for _, intent in drawn) == {"card": 10, "loan": 10}
    assert few(list(lines), 10) == drawn
    assert [text for text, intent in drawn if intent == "card"] != [text for text, _ in lines[:10]]


def test_ten_an_intent_are_ten_and_lines_are_one_line(open_data: Path) -> None:
    part = read_part(open_data, "banking10")
    assert (len(part.train), len(part.test), part.choose) == (10, 40, [])
    assert "\n" not in part.train[0][0]
    assert len(read_part(open_data, "banking").train) == 40


def test_the_fallback_is_a_refusal_where_there_is_something_to_refuse() -> None:
    assert score(LINES, RANKINGS, refuses=True) == ([0, 2], [1, 2])
    assert score(LINES, RANKINGS, refuses=False) == ([1, 2], [0, 2])


def test_the_threshold_is_chosen_on_the_validation_lines() -> None:
    sure = [[("card", 0.8)], [("loan", 0.7)], [("card", 0.5)], [("loan", 0.6)]]
    part = Part("clinc", [], choose=LINES, test=LINES)
    chosen = at_chosen_threshold(part, tested=[[("card", 0.9)], [("loan", 0.1)], [("card", 0.2)], [("loan", 0.95)]], choosing=sure)
    assert chosen == {"threshold": 0.7, "in_scope": [1, 2], "refused": [1, 2]}


def test_our_row_is_our_own_configuration(tmp_path: Path) -> None:
    folder, encoder = tmp_path / "project", tmp_path / "encoder"
    folder.mkdir()
    encoder.mkdir()
    write_project(ROOT, folder, Part("banking10", [("a", "card")], [], [("b", "card")]), encoder)
    ours, compared = (yaml.safe_load((where / "config.yml").read_text())["pipeline"] for where in (ROOT, folder))
    assert [part | CHOICES if part["name"].startswith("bot.classifier") else part for part in ours] == compared
    assert (folder / "data/lexicon/texting.tsv").exists()
    assert json.loads((folder / "asked.json").read_text()) == ["b"]


def test_what_was_not_run_is_said(tmp_path: Path) -> None:
    keep_trial(tmp_path, TRIAL)
    keep_alarms(tmp_path, Alarms("BANKING77", 1000, [Alarm(7, "card", "now", "rules")]))
    lines = page(read_trials(tmp_path), read_alarms(tmp_path)).splitlines()
    assert "| Linden's pipeline, MiniLM as published | 0.900 (0.826 – 0.945; n = 100) |" in lines
    assert "| Rasa's stock pipeline (DIET, 100 epochs) | not run |" in lines
    assert "| BANKING77, 10 examples an intent, best of ours | 0.880 | 0.9000 (published) | yes |" in lines
    assert "| BANKING77 | 0.10% (0.02% – 0.56%; n = 1000) | 1 | 0 | yes |" in lines


def test_seconds_of_waiting_are_not_shown_as_training(tmp_path: Path) -> None:
    keep_trial(tmp_path, TRIAL)
    keep_trial(tmp_path, replace(TRIAL, system=STOCK, seconds=900.0, computing=300.0))
    shown = [line.split(" | ")[1:3] for line in page(read_trials(tmp_path), []).splitlines() if line.endswith("| 1.0 (2) | 2026-11-22 |")]
    assert shown == [["20.0", "15.0"], ["waited", "300.0"]]


def test_every_row_is_held_against_the_stock_pipeline(tmp_path: Path) -> None:
    slow = replace(TRIAL, system="mpnet", in_scope=[80, 100], computing=60.0)
    for trial in (TRIAL, slow, replace(TRIAL, system="adapted"), replace(TRIAL, system=STOCK, in_scope=[70, 100], computing=300.0)):
        keep_trial(tmp_path, trial)
    lines = page(read_trials(tmp_path), []).splitlines()
    told = [line.removeprefix("| BANKING77, 10 examples an intent, ") for line in lines if line.startswith("| BANKING77, 10 examples an intent,")]
    assert told[1:] == [
        "ahead of stock | 0.180 | 0.2000 (published) | yes |",
        "times faster to train (computing) | 10 | 20.0 (published) | yes |",
        "ahead of stock | 0.180 | 0.1000 (mpnet) | **no** |",
        "times faster to train (computing) | 10 | 5.0 (mpnet) | **no** |",
    ]


def test_the_newest_day_counts(tmp_path: Path) -> None:
    keep_trial(tmp_path, TRIAL)
    folder = tmp_path / "docs/compare"
    today = next(folder.glob("*.json"))
    (folder / "2020-01-01.json").write_text(today.read_text().replace('"seconds": 20.0', '"seconds": 99.0'))
    assert read_trials(tmp_path)[("banking10", "published")].seconds == 20.0


def test_alarms_are_named_by_row_and_not_quoted(open_data: Path, detector: DangerDetector) -> None:
    with (open_data / "banking77_test.csv").open("a", encoding="utf-8") as file:
        file.write("he has got a knife and hes outside,card\n")
    banking, clinc = measure_alarms(detector, open_data)
    assert (banking.n, clinc.n) == (41, 2)
    assert banking.raised[-1] == Alarm(40, "card", "now", "rules")
    assert "knife" not in repr(banking)


def test_the_page_is_what_was_measured() -> None:
    assert (ROOT / "docs/comparison.md").read_text("utf-8") == page(read_trials(ROOT), read_alarms(ROOT))
