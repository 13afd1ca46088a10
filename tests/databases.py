"""An empty database for each kind we run on: SQLite in a file, and a PostgreSQL server of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from directory.database import open_directory
from tests.engines import postgres_server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a server of our own on a free port of the loopback; skipped without PostgreSQL, but never in CI."""
    with postgres_server() as server:
        yield server.url.removesuffix("/postgres")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'd.db'}"
    server: str = request.getfixturevalue("postgresql")
    return new_database(server)


def new_database(server: str) -> str:
    """Make an empty database on a PostgreSQL server and return its address."""
    name = f"test_{uuid4().hex}"
    engine = open_directory(f"{server}/postgres").execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{server}/{name}"
