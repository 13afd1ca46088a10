"""Where somebody is: full postcodes, districts, names, slips of spelling, and boundaries that must be asked about."""

import json
from pathlib import Path

import pytest

from directory.places import Gazetteer, settle
from safety.redact import redact
from tests.conftest import ROOT

GAZETTEER = Gazetteer.load(ROOT)


def find(text: str) -> str | None:
    return GAZETTEER.find(text, redact(text).postcodes)


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("I live in DY1 1AA, who can help", "Dudley"),
        ("b69 4tt", "Sandwell"),
        ("im in wensbury", "Sandwell"),
        ("up gornal bab", "Dudley"),
        ("tipton", "Sandwell"),
        ("brierly hil", "Dudley"),
        ("ws3", "Walsall"),
        ("my nan lives in Bilston", "Wolverhampton"),
        ("Sutton Coldfield", "outside:Birmingham"),
        ("hello how are you", None),
        ("he walls me in", None),
    ],
)
def test_a_place_is_found(text: str, area: str | None) -> None:
    assert find(text) == area


POSTCODES = {
    "Dudley": "B62 2BH|DY2 0PA|DY5 1AP|DY6 9SP|DY7 6ZH|DY8 2TB|DY8 4EF|DY8 5NN|DY9 8NW|WV14 8XY",
    "Sandwell": "B64 7PW|B65 9JB|B66 2PL|B66 4QL|B67 6HB|B68 8EF|B70 0SL|B71 2NW|DY4 0XB|WS10 9PD",
    "Walsall": "WS1 1LU|WS1 9DT|WS10 7UB|WS2 8UB|WS2 9TS|WS3 4HJ|WS4 1DN|WS5 3AT|WS9 0JP|WV13 2AL",
    "Wolverhampton": "WV1 1DH|WV1 1EX|WV1 2YB|WV1 4AW|WV1 4GW|WV10 8NE|WV10 8RT|WV2 4EQ|WV3 8DR|WV3 8DT",
}


@pytest.mark.parametrize(("area", "postcode"), [(area, each) for area, row in POSTCODES.items() for each in row.split("|")])
def test_ten_postcodes_of_each_borough_are_told_apart_across_straddling_sectors(area: str, postcode: str) -> None:
    assert find(f"I'm at {postcode}, who can help") == area
    assert find(postcode.replace(" ", "").lower()) == area


@pytest.mark.parametrize(
    ("said", "area"),
    [
        ("Tividale", "Sandwell"),
        ("I live in Brierly Hill", "Dudley"),
        ("Wensbury", "Sandwell"),
        ("near Hales Owen", "Dudley"),
        ("in Wolverhamton", "Wolverhampton"),
        ("from Willenhal", "Walsall"),
        ("in Stourbrige", "Dudley"),
        ("in Oldburry", "Sandwell"),
    ],
)
def test_a_slip_of_spelling_finds_the_place(said: str, area: str) -> None:
    assert find(said) == area


@pytest.mark.parametrize("text", ["b74", "WV14", "ws10"])
def test_a_straddling_district_is_asked_about(text: str) -> None:
    assert "|" in (find(text) or "")


def test_a_full_postcode_beyond_the_boundary_names_the_other_council() -> None:
    assert GAZETTEER.find("", ("B62 9ZZ",)) == "outside:Bromsgrove"


def test_the_table_holds_every_postcode_of_the_four_boroughs() -> None:
    counts = {
        borough: sum(area == borough for area in GAZETTEER.postcodes.values()) for borough in ("Dudley", "Sandwell", "Walsall", "Wolverhampton")
    }
    assert sum(counts.values()) == 35_975
    shares = json.loads((ROOT / "directory/seed/postcode_districts.json").read_text())["districts"]
    for borough, count in counts.items():
        assert count == sum(share.get(borough, 0) for share in shares.values())


def test_nearly_all_of_a_district_settles_it() -> None:
    assert settle({"Walsall": 990, "Cannock Chase": 10}, ("Walsall",)) == "Walsall"
    assert settle({"Birmingham": 60, "Walsall": 40}, ("Walsall",)) == "outside:Birmingham|Walsall"


def test_the_seed_is_the_facts_as_given() -> None:
    given = ROOT.parent / "shared/facts/contacts.json"
    if not given.exists():
        pytest.skip("the facts are not beside this checkout")
    assert json.loads(Path(ROOT / "directory/seed/contacts.json").read_text()) == json.loads(given.read_text())
