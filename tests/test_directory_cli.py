"""The commands that load, import, export, check and confirm, as somebody would type them, over files and a real server."""

import json
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from directory import DirectoryError
from directory.check import check_directory
from directory.confirm import confirm
from directory.database import open_directory
from directory.imports import import_records
from directory.load import load_seed
from directory.models import Confirmation, Phone, Service
from directory.queries import find_services
from tests.conftest import ROOT, Clock, Scripted, make_app
from tests.engines import Postgres
from tests.test_directory_import import ID, TODAY, line, rules
from webhook.parts import NAME, Parts


@pytest.fixture
def run(app: Flask):
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=["directory", *map(str, words)])


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "council.json"
    path.write_text(json.dumps({"contents": [line(), {"id": "x"}]}))
    return path


def test_a_file_is_imported_once_and_its_bad_record_is_named(run, feed: Path) -> None:
    first = run("import", feed, "--dry-run")
    assert f"+ {ID} Walsall listening line" in first.output
    assert "! record 2: it has no id that is a UUID; skipped" in first.output
    assert "1 new, 0 changed, 0 same, 1 refused, 0 gone; nothing was kept (dry run)" in first.output
    assert "1 new" in run("import", feed).output
    assert "0 new, 0 changed, 1 same" in run("import", feed).output


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The front door's own feed on a real port of the loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


def test_the_public_feed_of_one_directory_is_imported_by_another_from_its_address(served: str, run, tmp_path: Path) -> None:
    other = make_app(tmp_path, Scripted(), Clock(), DATABASE_URL=f"sqlite:///{tmp_path / 'other.db'}")
    runner = other.test_cli_runner()
    words = ["directory", "import", f"{served}/services", "--origin", "neighbour"]
    first = runner.invoke(args=words).output
    assert "64 new, 0 changed, 0 same, 1 refused" in first
    assert "03005550050, which must never be used" in first, "right for our own entry alone"
    assert "0 new, 0 changed, 64 same, 1 refused" in runner.invoke(args=words).output
    assert "0 new, 0 changed, 0 same, 65 refused" in run(*words[1:]).output, "a feed may not touch our own entries by their ids"


def test_an_export_restores_an_empty_directory(run, tmp_path: Path, feed: Path) -> None:
    run("import", feed)
    run("confirm", "haven", "--by", "J. Smith")
    out = tmp_path / "export.json"
    assert f"77 services are in {out}" in run("export", "--out", out).output
    engine = open_directory(f"sqlite:///{tmp_path / 'restored.db'}")
    body = json.loads(out.read_text())
    report = import_records(engine, body["contents"], rules("copy", restore=True))
    assert (report.count("new"), report.refused) == (77, [])
    with Session(engine, future=True) as session:
        assert session.get(Service, "haven").assured_by == "J. Smith"


@pytest.mark.parametrize(
    ("source", "why"),
    [("no-such-file.json", "cannot be read"), ("http://192.0.2.1/services", "is not https"), ("seed.json", "is the name of our own seed")],
)
def test_a_feed_that_cannot_be_taken_is_refused_in_one_sentence(run, source: str, why: str) -> None:
    done = run("import", source)
    assert done.exit_code == 1
    assert why in done.output


def test_what_is_not_json_is_refused(run, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html>")
    assert "is not JSON" in run("import", tmp_path / "page.html").output


def test_confirming_renews_a_service_and_keeps_who_said_so(run, linden: Parts) -> None:
    done = run("confirm", "dud-spoc", "--by", "  J.  Smith ")
    assert "Dudley Single Point of Contact: confirmed by J. Smith on 2026-11-23, to be reviewed by 2027-02-21" in done.output
    with Session(linden.front_door.fallback.directory, future=True) as session:
        kept = session.query(Confirmation).one()
        assert (kept.service_id, kept.confirmed_by, kept.dials) == ("dud-spoc", "J. Smith", "01384455411")
        card = find_services(session, needs=("domestic_abuse",), area="Dudley", today=TODAY)[0]
        assert (card.checked_on, card.caution) == (date(2026, 11, 23), False)


@pytest.mark.parametrize(
    ("service", "by", "why"), [("nowhere", "J. Smith", "no service nowhere"), ("haven", " ", "missing"), ("sarc-adult", "J. Smith", "not")]
)
def test_a_confirmation_without_a_name_or_a_service_is_refused(run, service: str, by: str, why: str) -> None:
    done = run("confirm", service, "--by", by)
    assert done.exit_code == 1
    assert why in done.output


def test_the_check_fails_once_something_is_past_its_review(run, clock: Clock) -> None:
    assert run("check").exit_code == 0
    clock.forward(days=120)
    done = run("check")
    assert done.exit_code == 1
    assert "past        dud-spoc: was to be reviewed by 2027-02-19" in done.output
    assert "alarm       ndah: never expires and was last seen to on 2026-11-21" in done.output


def test_the_answers_written_down_for_postcodes_of_each_borough_are_those_given(run) -> None:
    rows = [row for row in (ROOT / "docs/directory-answers.md").read_text().splitlines() if row.startswith("| ")][1:]
    assert len(rows) == 43
    assert run("find", *(row.split(" | ")[0].removeprefix("| ") for row in rows)).output.splitlines() == rows


def test_loading_again_shows_how_many_are_shown(run) -> None:
    assert "65 services are shown" in run("load").output


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    engine = open_directory(database_url)
    load_seed(engine, ROOT)
    with Session(engine, future=True) as session:
        yield session
    engine.dispose()


def findings(session: Session, problem: str, today: date = TODAY) -> set[str]:
    session.flush()
    session.expire_all()
    ours = rules()
    return {f.service for f in check_directory(session, ours.never_use, ours.areas, today) if f.problem == problem}


def test_the_seed_holds_nothing_grave_and_says_what_is_open(session: Session) -> None:
    assert [findings(session, problem) for problem in ("never", "refuge", "past", "alarm")] == [set(), set(), set(), set()]
    assert "dud-spoc" in findings(session, "unconfirmed")
    assert findings(session, "night") == {"Dudley", "Sandwell", "Walsall"}
    assert "dud-spoc" in findings(session, "due", date(2027, 2, 10))


def test_a_number_that_must_never_be_used_and_two_names_for_one_number_are_found(session: Session) -> None:
    session.add(Phone(service_id="haven", id=ID, position=1, number="0845 111 2922", dial="08451112922", extra={}))
    session.add(Phone(service_id="stgeorges", id=ID, position=1, number="08000 194 400", dial="08000194400", extra={}))
    assert findings(session, "never") == {"haven"}
    assert "haven" in findings(session, "conflict")


def test_a_confirmation_is_no_longer_missed(session: Session) -> None:
    confirm(session, "haven", by="J. Smith", today=TODAY, never_use=rules().never_use)
    assert "haven" not in findings(session, "unconfirmed")


def test_a_service_that_holds_a_number_ruled_out_cannot_be_confirmed(session: Session) -> None:
    session.add(Phone(service_id="haven", id=ID, position=1, number="0845 111 2922", dial="08451112922", extra={}))
    session.flush()
    session.expire_all()
    with pytest.raises(DirectoryError, match="08451112922"):
        confirm(session, "haven", by="J. Smith", today=TODAY, never_use=rules().never_use)


def test_a_command_may_take_longer_than_a_request_on_a_server(tmp_path: Path, postgres: Postgres, feed: Path) -> None:
    url = postgres.url.replace("postgresql://", "postgres://")
    load_seed(open_directory(postgres.url), ROOT)
    postgres.execute("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(2.2); RETURN NULL; END'")
    postgres.execute("CREATE TRIGGER slow BEFORE INSERT ON organization EXECUTE FUNCTION slow()")
    app = make_app(tmp_path, Scripted(), Clock(), DATABASE_URL=url)
    linden: Parts = app.extensions[NAME]
    with pytest.raises(OperationalError):
        import_records(linden.front_door.fallback.directory, [line()], rules())
    assert "1 new, 0 changed, 0 same" in app.test_cli_runner().invoke(args=["directory", "import", str(feed)]).output
