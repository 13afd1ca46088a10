"""An empty database for each kind we run on: SQLite in a file, and a PostgreSQL server of the tests' own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from directory.database import open_directory

MISSING = "PostgreSQL is not installed (apt-get install postgresql); these tests run on SQLite alone"


def find_programs() -> Path | None:
    """Where `initdb` and `pg_ctl` are, the newest first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: -int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[0].parent if found else Path(on_path).resolve().parent if on_path else None


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of our own on a free port of the loopback; skipped without PostgreSQL, but never in CI."""
    programs = find_programs()
    if programs is None and os.environ.get("CI") != "true":
        pytest.skip(MISSING)
    assert programs is not None, MISSING
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("postgresql")
    run = Programs(programs, folder)
    run("initdb", "-D", folder / "data", "-U", "linden", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    settings = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
    run("pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", settings, "start")
    try:
        yield f"postgresql://linden@127.0.0.1:{port}"
    finally:
        run("pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")


class Programs:
    """Runs PostgreSQL's programs, as its own user when we are root, because it refuses root."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            owner = pwd.getpwnam(self.user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            for parent in [folder, *folder.parents][:3]:
                parent.chmod(parent.stat().st_mode | 0o711)
        self.folder = folder

    def __call__(self, name: str, *words: object) -> None:
        done = subprocess.run(
            [str(self.programs / name), *map(str, words)],
            user=self.user,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'd.db'}"
    server: str = request.getfixturevalue("postgresql")
    name = f"test_{abs(hash(request.node.nodeid))}_{os.getpid()}"
    engine = open_directory(f"{server}/postgres").execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{server}/{name}"
