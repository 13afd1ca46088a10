"""Opens the queue's database so that what is deleted is gone and a locked file is an error soon, not a hang."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine, create_engine
from sqlalchemy.orm import Session

from webhook.store.staff_models import Staff

BUSY_MILLISECONDS = 1_000


def open_queue(url: str) -> Engine:
    """Return an engine over the queue at `url`, with its tables made."""
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, future=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _careful)
    Staff.metadata.create_all(engine)  # the one registry of every table, the queue's and the desk's
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Give a session whose changes are all kept at the end, or none."""
    with Session(engine, future=True) as session, session.begin():
        yield session


def _careful(connection: Any, _: Any) -> None:
    """Overwrite deleted content, keep what is committed through a crash, and wait only briefly for a lock."""
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
