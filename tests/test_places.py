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
