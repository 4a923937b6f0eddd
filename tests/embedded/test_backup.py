"""A dump while people buy, restored: the ledger is sound, and the same as in one moment of it."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections

from marketplace.embedded import archive, backup, postgres, restore
from marketplace.embedded.archive import DUMP, MEDIA, BackupRefused
from marketplace.ledger.digest import digest
from marketplace.ledger.models import Transfer
from marketplace.ledger.verification import verify
from tests import databases, shopping
from tests.graphql_client import Api
from tests.shopping import PURCHASE, purchase_input

PROCESSES = 2


@pytest.fixture
def town(committed_db):
    return shopping.build(1_000_000)


def buy(town: shopping.Town, key: str) -> None:
    answer = Api()(PURCHASE, purchase_input(key, (town.camp, 1)), user=town.employee)
    assert answer["data"]["purchaseCreate"]["errors"] == []


def buy_until(town: shopping.Town, who: int, stop) -> None:
    """In a process of its own, forked: with a connection of its own."""
    n = 0
    while not stop.is_set():
        buy(town, f"process-{who}-{n:05d}")
        n += 1


@contextmanager
def purchases(town: shopping.Town) -> Iterator[None]:
    """People buy in processes for the block's length; at least one purchase was made before it."""
    forking = multiprocessing.get_context("fork")
    stop = forking.Event()
    before = Transfer.objects.count()
    connections.close_all()
    people = [forking.Process(target=buy_until, args=(town, n, stop)) for n in range(PROCESSES)]
    for one in people:
        one.start()
    try:
        deadline = time.monotonic() + 60
        while Transfer.objects.count() < before + PROCESSES:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield
    finally:
        stop.set()
        for one in people:
            one.join(60)
    assert [one.exitcode for one in people] == [0] * PROCESSES


@contextmanager
def empty_database() -> Iterator[str]:
    """An empty database on the tests' server, which Django uses until the block ends."""
    name = f"test_restored_{os.getpid()}"
    admin = databases._admin()
    try:
        with admin.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        with databases.pointed_at(name):
            yield name
    finally:
        databases._drop(admin, name)


@pytest.fixture
def media(tmp_path) -> Path:
    folder = tmp_path / "media"
    (folder / "products").mkdir(parents=True)
    (folder / "products" / "honey.png").write_bytes(b"a picture")
    return folder


@pytest.mark.slow
def test_a_dump_under_load_restores_to_one_moment(town, tmp_path, media):
    buy(town, "before-the-backup")
    with purchases(town):
        made = backup.backup(tmp_path / "backups", media=media)
        at_its_end = Transfer.objects.count()
    afterwards = digest()
    manifest = archive.read(made)
    # It went on meanwhile, or the test has shown nothing.
    assert manifest.transfers <= at_its_end < Transfer.objects.count()
    assert manifest.ledger != afterwards

    with empty_database():
        done = restore.restore(made, media=tmp_path / "restored-media")
        assert done.keys_fit
        assert verify() == []
        assert digest() == manifest.ledger
        assert Transfer.objects.count() == manifest.transfers
        # Whole in every room: as many orders as were paid, and it goes on from here.
        from marketplace.sales.models import Settlement

        paid = Settlement.objects.count()
        assert paid == Transfer.objects.filter(kind="purchase").count()
        buy(town, "after-the-restore")
        assert verify() == []
        with pytest.raises(BackupRefused, match="not empty"):
            restore.restore(made, media=media)
    picture = tmp_path / "restored-media" / "products" / "honey.png"
    assert picture.read_bytes() == b"a picture"
    assert_no_secret_in(made)


def assert_no_secret_in(made: Path) -> None:
    """Neither keys nor secrets are in it, packed or plain; and others may not read it."""
    plain = subprocess.run(
        [str(postgres.program("pg_restore")), "--file=-", str(made / DUMP)],
        capture_output=True,
        check=True,
    ).stdout
    assert b"ledger_transfer" in plain
    secrets = [*settings.WELFAREPIU_ENCRYPTION_KEYS, settings.SECRET_KEY, settings.STRIPE_API_KEY]
    for secret in filter(None, secrets):
        assert secret.encode() not in plain
        assert all(secret.encode() not in file.read_bytes() for file in made.iterdir())
    assert made.stat().st_mode & 0o077 == 0


@pytest.fixture
def small(tmp_path, media) -> Path:
    """A whole backup of next to nothing, for what is refused before the dump is read."""
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / DUMP).write_bytes(b"not looked into")
    with tarfile.open(folder / MEDIA, "w") as packed:
        packed.add(media, arcname=".")
    sums = {name: archive.sha256(folder / name) for name in (DUMP, MEDIA)}
    archive.write(folder, archive.Manifest("2026-01-01T00:00:00+00:00", 180000, sums, "", 0))
    return folder


def test_a_damaged_backup_is_refused(db, small, media):
    with (small / DUMP).open("ab") as dump:
        dump.write(b"x")
    with pytest.raises(BackupRefused, match="damaged or changed"):
        restore.restore(small, media=media)


@pytest.mark.parametrize("manifest", ["", "{}", '{"made_at": 1}', "[]"])
def test_what_has_no_manifest_is_no_backup(db, small, media, manifest):
    (small / archive.MANIFEST).write_text(manifest)
    with pytest.raises(BackupRefused, match="no whole backup"):
        restore.restore(small, media=media)


def test_a_database_with_anything_in_it_is_refused(db, small, media):
    with pytest.raises(BackupRefused, match="is not empty"):
        restore.restore(small, media=media)


def test_what_pg_restore_cannot_read_leaves_the_database_empty(committed_db, small, media):
    with empty_database():
        with pytest.raises(BackupRefused, match="pg_restore did not finish"):
            restore.restore(small, media=media)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            assert cursor.fetchone() == (0,)


def test_what_an_earlier_version_made_is_said_to_be_so(committed_db, tmp_path, media):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'ledger' AND name LIKE '0002%'")
    made = backup.backup(tmp_path / "backups", media=media)
    with empty_database(), pytest.raises(BackupRefused, match="without ledger"):
        restore.restore(made, media=media)


def test_the_password_is_not_among_the_arguments(monkeypatch, db):
    """It goes by the environment, which a list of processes does not show."""
    seen = {}

    def look(command, *, env, **_given):
        seen.update(command=command, env=env)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "of-the-database")
    monkeypatch.setattr(subprocess, "run", look)
    archive.run("pg_dump", ["--format=custom"])
    assert "of-the-database" not in " ".join(seen["command"])
    assert seen["env"]["PGPASSWORD"] == "of-the-database"


def test_digests_tell_ledgers_apart(town):
    before = digest()
    assert digest() == before
    buy(town, "one-more-purchase")
    assert digest() != before
