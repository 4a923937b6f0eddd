"""Back to the moment before an accident: base backup, archived WAL, recovery to a named point.

With the very settings that docker-compose.yml gives its PostgreSQL, and the very words of the
README, on the embedded server.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.db import connection, connections

from marketplace.embedded import backup, postgres, restore
from marketplace.embedded.setup import PROJECT
from marketplace.ledger import accounts
from marketplace.ledger.accounts import AccountKind, account
from marketplace.ledger.digest import digest
from marketplace.ledger.posting import Leg, post
from marketplace.ledger.verification import verify
from tests import shopping
from tests.embedded.conftest import give, owner
from tests.embedded.test_run import eventually
from tests.production.composition import postgres_settings

ARCHIVE = "/archive"
README = (PROJECT / "README.md").read_text(encoding="utf-8")


@contextmanager
def pointed_at(url: str) -> Iterator[None]:
    """Let Django use another server for the block's length."""
    parts = urlsplit(url)
    there = {
        "HOST": unquote(parts.netloc.split("@")[1].rpartition(":")[0]),
        "PORT": parts.netloc.rpartition(":")[2],
        "NAME": parts.path.lstrip("/"),
        "USER": "postgres",
        "PASSWORD": "",
    }
    before = {name: connection.settings_dict[name] for name in there}
    connections.close_all()
    accounts.forget()
    connection.settings_dict.update(there)
    try:
        yield
    finally:
        connections.close_all()
        accounts.forget()
        connection.settings_dict.update(before)


def spend(key: str) -> None:
    """Some money moves."""
    world, fund = account(AccountKind.WORLD, 0), account(AccountKind.FUND, 1)
    post(kind="top_up", key=key, legs=[Leg(world, -100), Leg(fund, 100)])


def command(*parts: str) -> None:
    done = subprocess.run(parts, user=owner(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def base_backup(of: Any, into: Path) -> None:
    """Take one with the README's command, and unpack it."""
    (told,) = re.findall(r"pg_basebackup -U welfarepiu (.+?) > base\.tar\.gz", README)
    packed = into.parent / "base.tar.gz"
    with packed.open("wb") as out:
        done = subprocess.run(
            [
                *(str(postgres.program("pg_basebackup")), *told.split()),
                *("-U", "postgres", "--checkpoint", "fast"),
                *("--host", str(of.socket_dir), "--port", str(of.port)),
            ],
            user=owner(),
            stdout=out,
            stderr=subprocess.PIPE,
        )
    assert done.returncode == 0, done.stderr
    packed.chmod(0o644)
    command("tar", "-xzf", str(packed), "-C", str(into))


def recovery_settings(moment: str, archive: Path) -> list[str]:
    """What the README says to put into ``postgresql.auto.conf``, for that moment."""
    (told,) = re.findall(r"postgresql\.auto\.conf.*? <<END\n(.+?)\n *END\n", README, re.DOTALL)
    lines = [line.strip() for line in told.splitlines()]
    assert len(lines) == 3
    return [
        re.sub(r"(?<=^recovery_target_time = ').*(?='$)", moment, line).replace(
            ARCHIVE, str(archive)
        )
        for line in lines
    ]


def in_recovery() -> bool:
    """Whether it still only answers questions, on its way to the moment that is wanted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        return bool(cursor.fetchone()[0])


@pytest.mark.slow
def test_the_moment_before_an_accident_comes_back(committed_db, folder):
    shopping.build()
    made = backup.backup(folder / "backups", media=folder / "no-media")
    first, second, archive = folder / "first", folder / "second", folder / "archive"

    running = postgres.server(first)
    for name, value in postgres_settings().items():
        running.psql(f"ALTER SYSTEM SET {name} = '{value.replace(ARCHIVE, str(archive))}';")
    postgres.stop(first)
    url = postgres.running_url(first, "welfarepiu")

    with pointed_at(url):
        restore.restore(made, media=folder / "media")
        give_up = postgres.server(first).get_postmaster_info()
        second.mkdir(mode=0o700)
        give(second)
        base_backup(give_up, second)
        for n in range(5):
            spend(f"after-the-base-backup-{n}")
        wanted = digest()
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()::text")
            (before_the_accident,) = cursor.fetchone()
        for n in range(5):
            spend(f"the-accident-{n}")
        assert digest() != wanted
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_switch_wal()")
    postgres.stop(first)

    # What the package keeps beside the files, and is the first server's alone.
    for name in (".handle_pids.json", ".s.PGSQL.5432.lock", "postmaster.pid"):
        (second / name).unlink(missing_ok=True)
    with (second / "postgresql.auto.conf").open("a") as conf:
        for line in recovery_settings(before_the_accident, archive):
            conf.write(line + "\n")
    (second / "recovery.signal").touch()
    give(second / "recovery.signal")

    with pointed_at(postgres.running_url(second, "welfarepiu")):
        eventually(lambda: not in_recovery())
        assert digest() == wanted
        assert verify() == []
        spend("it-goes-on-from-there")
        assert verify() == []
