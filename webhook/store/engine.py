"""Opens the queue's database so that what is deleted is gone and a database that hangs is an error soon, not a wait."""

from __future__ import annotations

import logging
import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2.extensions
from alembic import command
from alembic.config import Config
from psycopg2 import OperationalError
from sqlalchemy import event
from sqlalchemy.engine import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "queue_version"  # its own name: the directory may live in the same PostgreSQL database
BUSY_MILLISECONDS = 1_000
LIMITS = f"-c statement_timeout={BUSY_MILLISECONDS} -c lock_timeout={BUSY_MILLISECONDS}"
ANSWER_SECONDS = 2.0  # a PostgreSQL that says nothing for so long is taken to hang
POOL, MORE = 8, 24  # connections kept, and made beside them when all are busy
RETRY_SECONDS = 1.0
TABLES_LOCK = 7_224_001  # any number that nothing else in the database locks

logger = logging.getLogger(__name__)


def open_queue(url: str) -> Engine:
    """Return an engine over the queue at `url`, its tables made or brought up to date as soon as the database answers.

    With the database out of reach the front door still starts: danger and the numbers to ring need no queue."""
    engine = make_engine(url)
    try:
        make_tables(engine)
    except SQLAlchemyError as error:
        logger.error("the queue's database does not answer yet: %s", type(error).__name__)
        threading.Thread(target=_make_tables_later, args=(engine,), name="tables", daemon=True).start()
    return engine


def make_engine(url: str) -> Engine:
    """Return an engine whose every statement fails within about a second when the database is locked or gone."""
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, future=True)
        event.listen(engine, "connect", _careful)
        return engine
    if not url.startswith("postgres"):
        return create_engine(url, future=True)
    psycopg2.extensions.set_wait_callback(_wait_briefly)
    return create_engine(
        url, future=True, pool_pre_ping=True, pool_size=POOL, max_overflow=MORE, pool_timeout=1, connect_args={"options": f"{LIMITS} -c timezone=utc"}
    )


def make_tables(engine: Engine) -> None:
    """Bring the queue's tables up to date in one transaction, one process at a time; nothing that is in them is lost."""
    with engine.begin() as connection:
        one_at_a_time = f"SELECT pg_advisory_xact_lock({TABLES_LOCK})" if engine.dialect.name == "postgresql" else "BEGIN IMMEDIATE"
        connection.exec_driver_sql(one_at_a_time)
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Give a session whose changes are all kept at the end, or none."""
    with Session(engine, future=True) as session, session.begin():
        yield session


def _make_tables_later(engine: Engine) -> None:
    waiting = threading.Event()
    while not waiting.wait(RETRY_SECONDS):
        try:
            make_tables(engine)
            return
        except SQLAlchemyError:
            continue


def _wait_briefly(connection: Any) -> None:
    """Wait for PostgreSQL, which has no time limit of its own for a server that hangs; psycopg2 then closes the connection.

    psycopg2 calls it for every connection of the process; one without our limits, of a command, may take its time."""
    limited, end = LIMITS in connection.info.options, time.monotonic() + ANSWER_SECONDS
    while (state := connection.poll()) != psycopg2.extensions.POLL_OK:
        left = max(0.0, end - time.monotonic()) if limited else None
        reads = [connection.fileno()] if state == psycopg2.extensions.POLL_READ else []
        writes = [connection.fileno()] if state == psycopg2.extensions.POLL_WRITE else []
        if not any(select.select(reads, writes, [], left)):
            raise OperationalError("the database did not answer in time")


def _careful(connection: Any, _: Any) -> None:
    """Overwrite deleted content, keep what is committed through a crash, and wait only briefly for a lock."""
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
