"""The queue's database brings itself up to date: an old one keeps what is in it, and one made now is as the models say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import Engine

from tests.conftest import Clock, Scripted, add_keys, make_app
from tests.desk_hand import Hand
from tests.test_desk import wanted
from webhook.helpline.roles import Role
from webhook.parts import NAME, Parts
from webhook.store import audit
from webhook.store.engine import VERSION_TABLE, make_engine, make_tables, transaction
from webhook.store.staff_models import Staff

HOUR = "2026-11-20 12:00:00"
OLD_AUDIT = (
    "CREATE TABLE audit_entry (number INTEGER PRIMARY KEY, worker VARCHAR(64) NOT NULL, request VARCHAR(32) NOT NULL,"
    " action VARCHAR(32) NOT NULL, hour TIMESTAMP NOT NULL)"
)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url)
    yield made
    made.dispose()


def differences(engine: Engine) -> list:
    with engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}), Staff.metadata)


def test_a_new_queue_is_as_the_models_say_and_making_it_again_changes_nothing(engine: Engine) -> None:
    make_tables(engine)
    assert differences(engine) == []
    make_tables(engine)
    assert differences(engine) == []


def test_a_queue_from_before_the_audit_had_macs_is_brought_up_to_date_with_what_is_in_it(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(OLD_AUDIT))
        connection.execute(text("CREATE TABLE service_switch (service VARCHAR(64) PRIMARY KEY, since TIMESTAMP NOT NULL)"))
        connection.execute(text(f"INSERT INTO audit_entry VALUES (1, 'asha', 'a-request', 'open', '{HOUR}')"))
        connection.execute(text(f"INSERT INTO service_switch VALUES ('demo-dudley', '{HOUR}')"))
    make_tables(engine)
    with transaction(engine) as session:
        kept = audit.list_entries(session)[0]
        assert (kept.worker, kept.request, kept.action, kept.service, kept.mac) == ("asha", "a-request", "open", "", "")
        assert session.execute(text("SELECT service FROM service_switch")).scalar() == "demo-dudley"


def test_the_front_door_starts_on_an_old_queue_and_its_audit_goes_on(tmp_path: Path, scripted: Scripted, clock: Clock) -> None:
    old = make_engine(f"sqlite:///{tmp_path / 'queue.db'}")
    with old.begin() as connection:
        connection.execute(text(OLD_AUDIT))
        connection.execute(text(f"INSERT INTO audit_entry VALUES (1, 'asha', 'a-request', 'open', '{HOUR}')"))
    old.dispose()
    app: Flask = make_app(tmp_path, scripted, clock)
    linden: Parts = app.extensions[NAME]
    add_keys(tmp_path, linden, "demo-dudley")
    lead = Hand(app, "lena", tmp_path).enrol(Role.LEAD)
    linden.desk.submit(wanted(clock), "key-1")
    assert lead.post(f"requests/{linden.desk.waiting()[0].id}/claim").status_code == 200
    shown = lead.get("audit").get_json()
    assert [each["action"] for each in shown["rows"]] == ["claim"]
    assert shown["broken"] is None


def test_rows_bound_without_a_service_still_verify_and_show_a_change(engine: Engine) -> None:
    make_tables(engine)
    key = b"k" * 32
    with transaction(engine) as session:
        for number in range(2):
            hour = datetime(2026, 11, 20, 12)  # noqa: DTZ001
            audit.add_entry(session, key, audit.Deed("" if number == 0 else "demo-dudley", "asha", f"r{number}", "open", hour))
    with transaction(engine) as session:
        assert audit.first_broken(key, audit.list_entries(session)) is None
        audit.list_entries(session)[0].worker = "ben"
    with transaction(engine) as session:
        assert audit.first_broken(key, audit.list_entries(session)) == 1
