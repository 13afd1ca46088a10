"""An empty database for each kind we run on: SQLite in a file, and a PostgreSQL server of the tests' own."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from directory.database import open_directory
from tests.engines import Postgres


@pytest.fixture(scope="session")
def postgresql(postgres_running: Postgres) -> str:
    """The address of the tests' own server, without a database."""
    return postgres_running.url.removesuffix("/postgres")


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
