"""The directory: every fact loaded with its source, the right line first, and no number that must never be used."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from actions.needs import DEFAULT, NEEDS
from directory import SeedInvalid
from directory.areas import read_areas
from directory.load import load_seed
from directory.models import Service
from directory.never_use import digits
from directory.queries import NATIONAL_PAIR, find_services
from directory.seed_files import Seed
from tests.conftest import ROOT

TODAY = date(2026, 11, 22)
BOROUGHS = tuple(area.name for area in read_areas(ROOT))


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = create_engine("sqlite://", future=True)
    load_seed(engine, ROOT)
    return engine


def ids(engine: Engine, needs: tuple[str, ...], area: str | None, **more: object) -> list[str]:
    with Session(engine, future=True) as session:
        return [card.id for card in find_services(session, needs=needs, area=area, today=TODAY, **more)]


def test_all_seventy_six_entries_are_loaded_with_their_sources(engine: Engine) -> None:
    with Session(engine, future=True) as session:
        services = session.query(Service).all()
        assert len(services) == 76
        assert all(s.sources for s in services if s.confidence != "not verified")


def test_loading_again_changes_nothing(engine: Engine) -> None:
    before = ids(engine, ("domestic_abuse",), "Dudley")
    load_seed(engine, ROOT)
    assert ids(engine, ("domestic_abuse",), "Dudley") == before


def test_a_confirmation_survives_loading_again(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'd.db'}", future=True)
    load_seed(engine, ROOT)
    with Session(engine, future=True) as session, session.begin():
        service = session.get(Service, "dud-spoc")
        service.assured_date, service.assured_by, service.review_by = TODAY, "J. Smith", date(2027, 2, 20)
    load_seed(engine, ROOT)
    with Session(engine, future=True) as session:
        assert session.get(Service, "dud-spoc").assured_by == "J. Smith"


def test_dudley_gets_its_single_point_of_contact_and_both_national_lines(engine: Engine) -> None:
    assert ids(engine, ("domestic_abuse",), "Dudley") == ["dud-spoc", "bcwa", "ndah", "mal"]


@pytest.mark.parametrize("area", [*BOROUGHS, None, "outside:Birmingham", "outside:Bromsgrove"])
def test_nobody_is_sent_to_a_women_only_national_line_alone(engine: Engine, area: str | None) -> None:
    for needs in {DEFAULT, *NEEDS.values()}:
        found = ids(engine, needs, area)
        assert "mal" in found or "ndah" not in found, needs
        assert found, f"nobody for {needs} in {area}"


def test_not_verified_entries_never_show_a_number(engine: Engine) -> None:
    with Session(engine, future=True) as session:
        assert [s.id for s in session.query(Service) if s.confidence == "not verified" and s.phones] == []


def test_every_number_has_its_own_dial_value(engine: Engine) -> None:
    with Session(engine, future=True) as session:
        for service in session.query(Service):
            for phone in service.phones:
                assert phone.dial.isdigit()
                assert phone.dial == digits(phone.number)


def test_a_number_that_must_never_be_used_is_refused() -> None:
    seed = Seed.read(ROOT)
    banned = next(iter(seed.never_use))
    seed.annotations["ndah"]["phones"] = [[banned, banned]]
    with pytest.raises(SeedInvalid, match="must never be used"):
        seed.check()


def test_a_due_number_is_hidden_in_live_mode_and_marked_in_demo(engine: Engine) -> None:
    later = date(2027, 6, 1)
    with Session(engine, future=True) as session:
        demo = find_services(session, needs=("domestic_abuse",), area="Dudley", today=later)
        live = find_services(session, needs=("domestic_abuse",), area="Dudley", today=later, live=True)
    assert {card.id: card.due for card in demo} == {"dud-spoc": True, "bcwa": True, "ndah": False, "mal": False}
    assert [card.id for card in live] == list(NATIONAL_PAIR)


def test_every_need_an_intent_asks_for_is_filed_somewhere(engine: Engine) -> None:
    with Session(engine, future=True) as session:
        filed = {term.term for service in session.query(Service) for term in service.terms if term.taxonomy == "need"}
    assert {need for needs in NEEDS.values() for need in needs} <= filed


def test_the_never_use_list_is_the_facts_own() -> None:
    listed = {digits(row["number"]) for row in yaml.safe_load((ROOT / "directory/seed/never_use.yml").read_text())}
    assert listed >= {"08088029999", "08008005000", "03005550050", "02070081500", "02070071500", "08088000631", "08448044999", "08451112922"}
