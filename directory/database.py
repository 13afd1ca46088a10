"""Opens the directory's database, SQLite or PostgreSQL, and brings its tables up to date with Alembic."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import inspect
from sqlalchemy.engine import Engine, create_engine
from sqlalchemy.pool import QueuePool

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "directory_version"  # its own name: the queue may live in the same PostgreSQL database
BEFORE_ALEMBIC = "0001"  # what a database with tables and no version holds


def database_url(env: Mapping[str, str]) -> str | None:
    """Return DATABASE_URL as SQLAlchemy wants it, None without one; hosts hand out `postgres://`, which it no longer knows."""
    return re.sub(r"^postgres://", "postgresql://", env.get("DATABASE_URL", "")) or None


def directory_url(env: Mapping[str, str], var: Path) -> str:
    """Return where the directory is: DATABASE_URL, or a SQLite file under `var`."""
    return database_url(env) or f"sqlite:///{var / 'directory.db'}"


def open_directory(url: str) -> Engine:
    """Return an engine over the directory's database at `url`; nothing is read yet.

    Connections to a SQLite file are kept, as to a server: each has read the schema and holds its pages."""
    if url.startswith("sqlite:///"):
        return create_engine(url, future=True, poolclass=QueuePool, connect_args={"check_same_thread": False})
    return create_engine(url, future=True, pool_pre_ping=not url.startswith("sqlite"))


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables up to `revision` in one transaction; a database that is already there is left as it is."""
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        tables = inspect(connection).get_table_names()
        if "service" in tables and VERSION_TABLE not in tables:
            command.stamp(config, BEFORE_ALEMBIC)
        command.upgrade(config, revision)
