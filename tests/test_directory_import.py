"""Feeds taken in and given back: nothing lost, nothing twice, bad records reported, others' records left alone; on both databases."""

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from directory.areas import read_areas
from directory.database import VERSION_TABLE, open_directory, upgrade
from directory.imports import Report, import_records
from directory.intake import Rules
from directory.load import load_seed
from directory.models import Base, Location, Service
from directory.never_use import NeverUse
from directory.queries import find_services
from directory.records import service_record
from directory.terms import Terms
from tests.conftest import ROOT

TODAY = date(2026, 11, 22)
STANDARD = ROOT.parent / "shared/standards/open-referral-uk"
ID = "0f0e0d0c-0b0a-4908-8706-050403020100"


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = open_directory(database_url)
    load_seed(engine, ROOT)
    yield engine
    engine.dispose()


def rules(origin: str = "council", *, restore: bool = False) -> Rules:
    return Rules(read_areas(ROOT), Terms.read(ROOT), NeverUse.read(ROOT), origin, TODAY, restore)


def take(engine: Engine, *records: Any, origin: str = "council", dry_run: bool = False, restore: bool = False) -> Report:
    return import_records(engine, records, rules(origin, restore=restore), dry_run=dry_run)


def export(engine: Engine) -> list[dict[str, Any]]:
    with Session(engine, future=True) as session:
        records = [service_record(service, export=True) for service in session.query(Service).order_by(Service.uuid)]
    return json.loads(json.dumps(records))


def line(**more: Any) -> dict[str, Any]:
    """A record as a council might give it: a number, an area by its code, and a term by its own name."""
    term = {"id": "11111111-1111-4111-8111-111111111111", "name": "Domestic violence", "description": "x", "taxonomy": "council"}
    return {
        "id": ID,
        "name": "Walsall listening line",
        "description": "Somebody to talk to",
        "status": "active",
        "phones": [{"id": "22222222-2222-4222-8222-222222222222", "number": "+44 (0)1922 496 000"}],
        "service_areas": [{"id": "33333333-3333-4333-8333-333333333333", "uri": "http://statistics.data.gov.uk/id/statistical-geography/E08000030"}],
        "attributes": [{"id": "44444444-4444-4444-8444-444444444444", "taxonomy_term": term}],
    } | more


def found(engine: Engine, **more: Any) -> dict[str, Any]:
    with Session(engine, future=True) as session:
        cards = find_services(session, needs=("domestic_abuse",), area="Walsall", today=TODAY, most=9, **more)
    return {card.id: card for card in cards}


def test_a_new_database_and_one_from_before_alembic_end_with_the_tables_of_the_models(database_url: str) -> None:
    engine = open_directory(database_url)
    upgrade(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO organization (id, name) VALUES ('dud-spoc', 'Dudley')"))
        connection.execute(
            text(
                "INSERT INTO service (id, organization_id, name, description, eligibility_description, always_open, single_point_of_contact, level,"
                " status, confidence, date_seen, assured_date, assured_by, review_by) VALUES ('dud-spoc', 'dud-spoc', 'Dudley', 'x', 'y', false, true,"
                " 'local', 'active', 'high', '2026-11-21', '2026-11-22', 'J. Smith', '2027-02-20')"
            )
        )
        connection.execute(text("INSERT INTO phone (service_id, position, number, dial) VALUES ('dud-spoc', 0, '01384 455411', '01384455411')"))
        connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))
    load_seed(engine, ROOT)
    with Session(engine, future=True) as session:
        assert session.get(Service, "dud-spoc").assured_by == "J. Smith"
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_an_export_taken_into_an_empty_database_is_the_same_directory(engine: Engine, tmp_path: Path) -> None:
    take(engine, line())
    with Session(engine, future=True) as session, session.begin():
        service = session.get(Service, "haven")
        service.assured_by, service.assured_date = "J. Smith", TODAY
    given = export(engine)
    other = open_directory(f"sqlite:///{tmp_path / 'other.db'}")
    report = take(other, *given, origin="copy", restore=True)
    assert report.refused == []
    assert report.count("new") == 77
    assert export(other) == given
    with Session(other, future=True) as session:
        assert [c.id for c in find_services(session, needs=("domestic_abuse",), area="Dudley", today=TODAY)] == ["dud-spoc", "bcwa", "ndah", "mal"]


def test_the_standards_own_example_comes_back_whole_and_a_second_import_changes_nothing(engine: Engine) -> None:
    if not STANDARD.exists():
        pytest.skip("the standard is not beside this checkout")
    example = json.loads((STANDARD / "service_full.example.json").read_text())
    assert take(engine, example).count("new") == 1
    given = next(record for record in export(engine) if record["id"] == example["id"])
    assert holds(given, example)
    again = take(engine, example)
    assert (again.count("same"), again.refused, again.gone) == (1, [], [])


def holds(larger: Any, smaller: Any) -> bool:
    """True when everything in `smaller` is in `larger`, in the same place."""
    if isinstance(smaller, dict):
        return all(key in larger and holds(larger[key], value) for key, value in smaller.items())
    if isinstance(smaller, list):
        return len(larger) == len(smaller) and all(holds(one, other) for one, other in zip(larger, smaller, strict=True))
    return larger == smaller


def test_a_councils_line_is_found_by_our_words_and_shown_with_caution(engine: Engine) -> None:
    take(engine, line())
    card = found(engine)[ID]
    assert (card.number, card.dial, card.local) == ("+44 (0)1922 496 000", "01922496000", True)
    assert card.caution
    assert card.checked_on is None
    assert ID not in found(engine, live=True)


def test_what_a_feed_says_of_its_own_reliability_is_not_believed(engine: Engine) -> None:
    boast = {"id": "ndah", "confidence": "high", "assured_by": "Nobody", "single_point_of_contact": True, "review_by": "2099-01-01"}
    take(engine, line(linden=boast, assured_date="2026-11-01"))
    with Session(engine, future=True) as session:
        service = session.get(Service, ID)
        assert (service.confidence, service.assured_by, service.single_point_of_contact) == ("low", None, False)
        assert service.review_by == date(2027, 2, 20)
    assert found(engine)[ID].checked_on is None


def test_a_dry_run_shows_every_field_that_would_change_and_keeps_nothing(engine: Engine) -> None:
    take(engine, line())
    before = export(engine)
    changed = line(name="Walsall helpline", phones=[{"id": "22222222-2222-4222-8222-222222222222", "number": "01922 496 001"}])
    report = take(engine, changed, dry_run=True)
    assert report.changes[0].lines == (
        'name: "Walsall listening line" → "Walsall helpline"',
        'organization.name: "Walsall listening line" → "Walsall helpline"',
        'organization.description: "Walsall listening line" → "Walsall helpline"',
        'phones.22222222-2222-4222-8222-222222222222.number: "+44 (0)1922 496 000" → "01922 496 001"',
        'phones.22222222-2222-4222-8222-222222222222.dial: "01922496000" → "01922496001"',
    )
    assert export(engine) == before


def test_a_confirmation_outlives_a_second_reading_but_not_another_number(engine: Engine) -> None:
    take(engine, line())
    with Session(engine, future=True) as session, session.begin():
        session.get(Service, ID).assured_by = "J. Smith"
    take(engine, line())
    assert assured_by(engine) == "J. Smith"
    take(engine, line(phones=[{"number": "01922 496 002"}]))
    assert assured_by(engine) is None


def assured_by(engine: Engine) -> str | None:
    with Session(engine, future=True) as session:
        return session.get(Service, ID).assured_by


def test_a_service_that_left_the_feed_is_reported_and_left(engine: Engine) -> None:
    take(engine, line())
    assert take(engine).gone == [(ID, "Walsall listening line")]
    assert ID in found(engine)


def changed(**more: Any) -> dict[str, Any]:
    return copy.deepcopy(line(id="0f0e0d0c-0b0a-4908-8706-050403020199", **more))


PLACE = {"id": "55555555-5555-4555-8555-555555555555", "location_type": "physical", "latitude": 52.5, "longitude": -2.0}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("not a record", "no id that is a UUID"),
        (changed() | {"id": "12"}, "no id that is a UUID"),
        ({"id": "66666666-6666-4666-8666-666666666666", "name": "A taxonomy", "version": "1"}, "it is not a service"),
        (changed(name=""), "its name is empty"),
        (changed(name="x" * 201), "longer than 200"),
        (changed(status="open"), "its status is 'open'"),
        (changed(minimum_age="twelve"), "its minimum_age is not what the standard has there"),
        (changed(description=["x"]), "its description is not"),
        (changed(phones=[{"number": "999 then 55"}]), "not one British telephone number"),
        (changed(phones=[{"number": "0121 496 0000 or 0121 496 0001"}]), "not one British telephone number"),
        (changed(phones=[{"number": "0808 802 9999"}]), "08088029999, which must never be used"),
        (changed(alert="at night ring +44 808 802 9999"), "08088029999, which must never be used"),
        (changed(contacts=[{"phones": [{"number": "0300 555 0050"}]}]), "03005550050, which must never be used"),
        (changed(url="javascript:alert(1)"), "not a web page"),
        (changed(organization={"name": "x"}), "organization has no id"),
        (changed(schedules="always"), "schedules are not a list"),
        (changed(assured_date="yesterday"), "is not a date"),
        (changed(description="A refuge", service_at_locations=[{"location": PLACE}]), "where a refuge is must stay secret"),
    ],
)
def test_a_bad_record_is_reported_and_skipped_and_the_others_are_taken(tmp_path: Path, record: Any, reason: str) -> None:
    engine = open_directory(f"sqlite:///{tmp_path / 'd.db'}")
    report = take(engine, record, line())
    assert [reason in why for _, why in report.refused] == [True]
    assert [change.id for change in report.changes] == [ID]
    with Session(engine, future=True) as session:
        assert session.query(Service).count() == 1
        assert session.query(Location).count() == 0


def test_a_feed_may_not_touch_what_came_from_elsewhere(engine: Engine) -> None:
    take(engine, line())
    ours = next(record for record in export(engine) if record["linden"]["id"] == "ndah")
    hostile = {**line(), "id": ours["id"], "phones": [{"number": "01922 496 003"}]}
    report = take(engine, hostile, line(), changed(organization=ours["organization"]), origin="another")
    assert [why.split(",")[0] for _, why in report.refused] == ["its id belongs to ndah", f"its id belongs to {ID}", report.refused[2][1]]
    assert "comes from seed" in report.refused[2][1]
    with Session(engine, future=True) as session:
        assert [phone.dial for phone in session.get(Service, "ndah").phones] == ["08082000247"]


def test_the_same_record_twice_in_one_feed_is_taken_once(engine: Engine) -> None:
    report = take(engine, line(), line(name="Again"))
    assert report.refused == [(f"{ID} (record 2)", "the feed has another record with its id")]


def test_loading_the_seed_again_leaves_what_feeds_brought(engine: Engine) -> None:
    take(engine, line())
    load_seed(engine, ROOT)
    assert ID in found(engine)
