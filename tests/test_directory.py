"""The directory: every fact loaded with its source, the right line first, and no number that must never be used."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from actions.needs import DEFAULT, NEEDS
from directory import SeedInvalid
from directory.areas import read_areas
from directory.database import open_directory
from directory.hours import LONDON, always_open, open_at, read_opening
from directory.load import load_seed
from directory.models import Schedule, Service
from directory.never_use import digits
from directory.queries import NATIONAL_PAIR, find_services
from directory.seed_files import Seed
from tests.conftest import ROOT, Clock
from tests.databases import new_database
from webhook.parts import Parts

TODAY = date(2026, 11, 22)
BOROUGHS = tuple(area.name for area in read_areas(ROOT))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    url = "sqlite://"
    if request.param == "postgresql":
        url = new_database(request.getfixturevalue("postgresql"))
    engine = open_directory(url)
    load_seed(engine, ROOT)
    yield engine
    engine.dispose()


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


def test_the_front_door_by_itself_names_no_line_past_its_review_in_live_mode(linden: Parts, clock: Clock) -> None:
    clock.forward(days=120)
    fallback = linden.front_door.fallback
    assert [reply.contact["due"] for reply in fallback.local_lines("web", "Dudley") if reply.contact] == ["yes"]
    assert replace(fallback, live=True).local_lines("web", "Dudley") == ()


def test_every_need_an_intent_asks_for_is_filed_somewhere(engine: Engine) -> None:
    with Session(engine, future=True) as session:
        filed = {term.term for service in session.query(Service) for term in service.terms if term.taxonomy == "need"}
    assert {need for needs in NEEDS.values() for need in needs} <= filed


def test_the_never_use_list_is_the_facts_own() -> None:
    listed = {digits(row["number"]) for row in yaml.safe_load((ROOT / "directory/seed/never_use.yml").read_text())}
    assert listed >= {"08088029999", "08008005000", "03005550050", "02070081500", "02070071500", "08088000631", "08448044999", "08451112922"}


MONDAY_NOON, MONDAY_NIGHT = datetime(2026, 11, 23, 12, 0, tzinfo=LONDON), datetime(2026, 11, 23, 22, 30, tzinfo=LONDON)
BANK_HOLIDAY = datetime(2026, 12, 28, 12, 0, tzinfo=LONDON)  # a Monday; Boxing Day fell on a Saturday


def at(engine: Engine, needs: tuple[str, ...], area: str | None, now: datetime, **more: object) -> dict[str, bool | None]:
    with Session(engine, future=True) as session:
        return {card.id: card.open for card in find_services(session, needs=needs, area=area, today=now.date(), now=now, **more)}


def test_at_night_what_is_closed_comes_last_and_what_is_open_first(engine: Engine) -> None:
    needs = ("adult_protection", "adult_protection_night")
    assert next(iter(at(engine, needs, "Wolverhampton", MONDAY_NOON))) == "wol-mash-a"
    night = at(engine, needs, "Walsall", MONDAY_NIGHT)
    assert night["wal-edt"] is True
    sandwell = at(engine, needs, "Sandwell", MONDAY_NIGHT)
    assert list(sandwell).index("sand-edt") < list(sandwell).index("sand-adult")


def test_on_a_bank_holiday_office_lines_are_closed_and_the_duty_team_is_open(engine: Engine) -> None:
    found = at(engine, ("child_protection", "child_protection_night"), "Walsall", BANK_HOLIDAY)
    assert found["wal-edt"] is True
    assert at(engine, ("adult_protection", "adult_protection_night"), "Dudley", BANK_HOLIDAY)["dud-adults"] is False


@pytest.mark.parametrize("moment", [MONDAY_NOON, MONDAY_NIGHT, BANK_HOLIDAY])
@pytest.mark.parametrize("audiences", [(), ("men",), ("women",), ("lgbt",)])
def test_one_line_is_always_open_and_fit_for_the_person(engine: Engine, moment: datetime, audiences: tuple[str, ...]) -> None:
    for needs in {DEFAULT, *NEEDS.values()}:
        for area in (*BOROUGHS, None, "outside:Birmingham"):
            found = at(engine, needs, area, moment, audiences=audiences)
            suits = {"men": {"ndah", "haven"}}.get(audiences[0] if audiences else "", set())
            assert [key for key, state in found.items() if state and key not in suits], (needs, area)


def test_a_man_is_shown_no_line_for_women_and_a_woman_none_for_men(engine: Engine) -> None:
    assert ids(engine, DEFAULT, "Wolverhampton", audiences=("men",)) == ["stgeorges", "mal", "samaritans"]
    assert ids(engine, DEFAULT, "Wolverhampton", audiences=("women",)) == ["haven", "ndah"]


def test_who_is_named_goes_before_who_is_not(engine: Engine) -> None:
    assert ids(engine, ("immigration",), None, audiences=("minoritised",))[0] == "sbs"
    assert ids(engine, ("immigration",), None, audiences=("migrants",))[0] == "migranthelp"


def rows(**opening: str) -> list[Schedule]:
    return [Schedule(**row) for row in read_opening({days.replace("_", "-"): spell for days, spell in opening.items()})]


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-11-23T08:59", False),
        ("2026-11-23T09:00", True),
        ("2026-11-23T16:59", True),
        ("2026-11-23T17:00", False),
        ("2026-11-21T12:00", False),  # a Saturday
        ("2026-12-28T12:00", False),  # a bank holiday
        ("2026-06-15T08:30", False),  # summer time: 07:30 UTC
        ("2026-06-15T09:30", True),
    ],
)
def test_office_hours_are_kept_in_england(moment: str, state: bool) -> None:
    assert open_at(rows(mon_fri="09:00-17:00"), datetime.fromisoformat(moment).replace(tzinfo=LONDON)) is state


@pytest.mark.parametrize(
    ("moment", "state"), [("2026-11-23T23:00", True), ("2026-11-24T08:44", True), ("2026-11-24T08:45", False), ("2026-12-29T03:00", True)]
)
def test_a_night_belongs_to_the_day_it_begins_on(moment: str, state: bool) -> None:
    assert open_at(rows(mon_thu="17:00-08:45"), datetime.fromisoformat(moment).replace(tzinfo=LONDON)) is state


def test_what_nobody_can_say_is_not_said() -> None:
    assert open_at([], MONDAY_NOON) is None
    assert open_at(rows(mon_fri="times vary"), MONDAY_NOON) is None
    assert open_at(rows(mon_fri="times vary 09:00-20:00"), MONDAY_NIGHT) is False
    assert open_at([Schedule(freq="MONTHLY", byday="1MO", opens_at="09:00", closes_at="17:00", bank_holidays=False)], MONDAY_NOON) is None


def test_every_hour_of_every_day_means_bank_holidays_too() -> None:
    assert always_open(rows(mon_sun="00:00-24:00", bank="00:00-24:00"))
    assert not always_open(rows(mon_sun="00:00-24:00"))


@pytest.mark.parametrize("opening", [{"someday": "09:00-17:00"}, {"mon": "nine to five"}])
def test_hours_that_cannot_be_read_stop_the_loading(opening: dict[str, str]) -> None:
    with pytest.raises(SeedInvalid):
        read_opening(opening)
