"""What a look-up costs: few statements, each reading a run of a key, and the same answer however much is filed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from directory.cards import Card
from directory.database import open_directory
from directory.load import load_seed
from directory.lookup import LOOKED_AT
from directory.queries import find_services
from directory.terms import Terms
from tests.conftest import ROOT
from tools.bench_directory import invent, save

NIGHT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
FEWEST = 5  # statements: what is listed, when it is open, what is shown, its languages, and the lines of the night
Said = list[tuple[str, Any]]


@pytest.fixture
def directory(database_url: str) -> Engine:
    engine = open_directory(database_url)
    load_seed(engine, ROOT)
    return engine


def look_up(engine: Engine, needs: tuple[str, ...], area: str | None) -> list[Card]:
    with Session(engine, future=True) as session:
        return find_services(session, needs=needs, area=area, today=NIGHT.date(), now=NIGHT)


def statements_of(engine: Engine, needs: tuple[str, ...]) -> Said:
    said: Said = []
    event.listen(engine, "before_cursor_execute", lambda *args: said.append((args[2], args[3])))
    look_up(engine, needs, "Dudley")
    return said


@pytest.mark.parametrize("asked", [1, 3, 12])
def test_a_look_up_takes_as_few_statements_for_many_needs_as_for_one(directory: Engine, asked: int) -> None:
    needs = tuple(term.term for term in Terms.read(ROOT).terms if term.taxonomy == "need")[:asked]
    assert 4 <= len([said for said, _ in statements_of(directory, needs) if said.startswith("SELECT")]) <= FEWEST


def test_every_statement_reads_a_run_of_a_key_and_sorts_only_what_is_shown(tmp_path: Path) -> None:
    engine = open_directory(f"sqlite:///{tmp_path / 'd.db'}")
    load_seed(engine, ROOT)
    listed, times = statements_of(engine, ("domestic_abuse", "refuge"))[:2]
    with engine.connect() as connection:
        plan = [row[3] for said, values in (listed, times) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values)]
    assert any("USING PRIMARY KEY (area=? AND need=?)" in step for step in plan)
    assert any("SEARCH schedule USING PRIMARY KEY (service_id=?)" in step for step in plan)
    assert not [step for step in plan if "TEMP B-TREE" in step or step.startswith(("SCAN listing", "SCAN schedule"))]


def test_the_mens_line_is_known_to_be_shut_however_many_others_are_local(directory: Engine) -> None:
    with Session(directory, future=True) as session, session.begin():
        term = next(term for term in Terms.read(ROOT).terms if (term.taxonomy, term.term) == ("need", "domestic_abuse"))
        save(session, [invent(number, "Dudley", [term], "high") for number in range(LOOKED_AT + 5)])
    cards = {card.id: card for card in look_up(directory, ("domestic_abuse",), "Dudley")}
    assert cards["mal"].open is False
    assert cards["samaritans"].open is True


def test_connections_to_a_file_are_kept(tmp_path: Path) -> None:
    engine = open_directory(f"sqlite:///{tmp_path / 'd.db'}")
    opened: list[object] = []
    event.listen(engine, "connect", lambda connection, _: opened.append(connection))
    for _ in range(3):
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    assert len(opened) == 1
