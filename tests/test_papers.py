"""The papers people sign name only files and tests that exist, and rate hazards by the matrix they show."""

import re
from functools import cache

import pytest

from tests.conftest import ROOT

PAPERS = ("threat-model", "hazard-log", "safety-case", "dpia", "incidents", "privacy", "security", "handoff", "helpline", "drill")
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]*)`")
TEST = re.compile(r"`(test_\w+)`")
RATING = re.compile(r"([A-Z]\w+) × ([A-Z][\w ]+) = (\d)")
NUMBERED = re.compile(r"\| H?\d+ \|")
HAZARD = re.compile(r"\| H\d+ \|")
BUILT = ("var/", "models/")  # made when Linden runs


@cache
def tests_there_are() -> set[str]:
    return {name for path in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)}


def paper(name: str) -> str:
    return (ROOT / f"docs/{name}.md").read_text()


@pytest.mark.parametrize("name", PAPERS)
def test_every_file_and_test_a_paper_names_exists(name: str) -> None:
    said = paper(name)
    files = [file for file in FILE.findall(said) if not file.startswith(BUILT)]
    assert [file for file in files if not (ROOT / file).exists()] == []
    assert sorted(set(TEST.findall(said)) - tests_there_are()) == []


def test_the_papers_of_safety_name_their_evidence() -> None:
    for name in ("threat-model", "hazard-log"):
        lines = [line for line in paper(name).splitlines() if NUMBERED.match(line)]
        assert len(lines) > 20
        assert [line for line in lines if not TEST.search(line) and not FILE.search(line)] == []


def test_every_hazard_is_rated_as_the_matrix_says() -> None:
    said = paper("hazard-log")
    head, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in said.split("## Hazards")[0].splitlines() if line.startswith("|")]
    matrix = {(severity, row[0]): number for row in rows for severity, number in zip(head[1:], row[1:], strict=False)}
    hazards = [line for line in said.splitlines() if HAZARD.match(line)]
    for line in hazards:
        ratings = RATING.findall(line)
        assert len(ratings) == 2, line
        assert [(s, p, n) for s, p, n in ratings if matrix[s, p] != n] == []
        assert ratings[1][2] <= ratings[0][2]


def test_what_the_safety_case_says_is_left_is_what_the_log_rates_three() -> None:
    left = {line.split("|")[1].strip(): RATING.findall(line)[1][2] for line in paper("hazard-log").splitlines() if HAZARD.match(line)}
    assert max(left.values()) == "3"
    said = re.search(r"Those rated 3 are (.*?):", paper("safety-case"), re.DOTALL)
    assert said is not None
    assert set(re.findall(r"H\d+", said.group(1))) == {name for name, rating in left.items() if rating == "3"}


def test_every_page_of_the_docs_is_in_their_list() -> None:
    listed = paper("README")
    assert [path.name for path in sorted((ROOT / "docs").glob("*.md")) if path.name not in listed and path.name != "README.md"] == []
