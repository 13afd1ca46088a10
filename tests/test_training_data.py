"""What is trained on: every intent of the taxonomy, enough of each, nothing twice, and no evaluation row."""

import csv
import re
from collections import Counter

import pytest
import yaml
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from tests.conftest import ROOT
from tools.compare.open_data import read_banking, read_clinc
from tools.corpus import read_danger, read_examples, read_held_out

EXAMPLES = read_examples(ROOT)
EVALUATION = ROOT.parent / "shared/eval/dev.tsv"
OPEN_DATA = ROOT.parent / "shared/open-data"
TAXONOMY = ROOT.parent / "shared/design/intents.yml"
FEW_WORDS = 4
NEAR = 0.1  # normalised edit distance under which a line is a copy


def bare(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", "", text.lower()).split())


def test_the_intents_are_those_of_the_taxonomy() -> None:
    intents = yaml.safe_load((ROOT / "domain.yml").read_text())["intents"]
    assert set(intents) == {intent for _, intent in EXAMPLES}
    if TAXONOMY.exists():
        wanted = {name for family in yaml.safe_load(TAXONOMY.read_text()).values() if isinstance(family, dict) for name in family}
        assert wanted <= set(intents)


def test_there_are_enough_examples_of_each() -> None:
    counts = Counter(intent for _, intent in EXAMPLES)
    stems = {stem: yaml.safe_load((ROOT / f"data/nlu/{stem}.yml").read_text())["nlu"] for stem in ("danger", "law", "callback")}
    more = {block["intent"] for blocks in stems.values() for block in blocks}
    assert {intent: n for intent, n in counts.items() if n < (60 if intent in more else 40)} == {}


def test_each_area_has_the_same_stem_in_every_folder() -> None:
    stems = {path.stem for path in (ROOT / "data/nlu").glob("*.yml")}
    assert stems == {path.stem for path in (ROOT / "data/rules").glob("*.yml")} - {"journeys"}  # steps of topics that have their own stem
    assert stems <= {path.stem for path in (ROOT / "data/responses").glob("*.yml")}


def test_no_example_stands_twice() -> None:
    counts = Counter(text.lower() for text, _ in EXAMPLES)
    assert [text for text, n in counts.items() if n > 1] == []


def test_no_example_holds_markup() -> None:
    assert [text for text, _ in EXAMPLES if re.search(r"[\[\]{}]|^/", text)] == []


def test_danger_lines_are_many_labelled_and_never_in_the_held_out_set() -> None:
    lines = read_danger(ROOT)
    assert sum(line.level != "none" for line in lines) >= 400
    assert {line.level for line in lines} == {"none", "high", "now"}
    held_out = {bare(line.text) for line in read_held_out(ROOT)}
    assert [line.text for line in lines if bare(line.text) in held_out and len(bare(line.text)) > 8] == []


def test_no_evaluation_row_or_near_copy_is_trained_on() -> None:
    if not EVALUATION.exists():
        pytest.skip("the evaluation set is not beside this checkout")
    with EVALUATION.open(encoding="utf-8", newline="") as file:
        rows = [bare(row["text"]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    trained = list({bare(text) for text, _ in EXAMPLES} | {bare(line.text) for line in read_danger(ROOT)})
    copies = []
    for row in rows:
        nearest = process.extractOne(row, trained, scorer=Levenshtein.normalized_distance, score_cutoff=NEAR)
        if row and nearest and nearest[1] < NEAR:
            copies.append((row, nearest[0]))
    assert copies == []


def test_no_message_that_false_alarms_are_counted_on_is_trained_on() -> None:
    if not OPEN_DATA.exists():
        pytest.skip("the open data is not beside this checkout")
    asked = {bare(text) for text, _ in [*read_banking(OPEN_DATA / "banking77_test.csv"), *read_clinc(OPEN_DATA).test]}
    trained = {bare(text) for text, _ in EXAMPLES} | {bare(line.text) for line in read_danger(ROOT)}
    assert [text for text in asked & trained if len(text.split()) >= FEW_WORDS] == []  # shorter ones anybody writes: "good morning"
