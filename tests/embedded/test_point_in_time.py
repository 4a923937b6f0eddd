"""Back to the moment before an accident: base backup, archived WAL, recovery to a named point.

With the very settings that docker-compose.yml gives its PostgreSQL, on the embedded server.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

import pytest
from django.db import connection, connections

from marketplace.embedded import backup, postgres, restore
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
        command(
            *(str(postgres.program("pg_basebackup")), "--pgdata", str(second)),
            *("--host", str(give_up.socket_dir), "--port", str(give_up.port)),
            *("--username", "postgres", "--checkpoint", "fast", "--wal-method", "stream"),
        )
        for n in range(5):
            spend(f"after-the-base-backup-{n}")
        wanted = digest()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_create_restore_point('before the accident')")
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
        conf.write(f'restore_command = \'cp "{archive}/%f" "%p"\'\n')
        conf.write("recovery_target_name = 'before the accident'\n")
        conf.write("recovery_target_action = 'promote'\n")
    (second / "recovery.signal").touch()
    give(second / "recovery.signal")

    with pointed_at(postgres.running_url(second, "welfarepiu")):
        eventually(lambda: not in_recovery())
        assert digest() == wanted
        assert verify() == []
        spend("it-goes-on-from-there")
        assert verify() == []
