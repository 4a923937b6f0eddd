"""The demo territory moved into another installation of the same Saleor, and what is refused."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from marketplace.ledger.database import fetch_one
from marketplace.ledger.digest import digest
from marketplace.ledger.models import Transfer
from marketplace.ledger.verification import Finding, verify
from marketplace.operation.moving import rooms, taking
from marketplace.operation.moving.archive import MANIFEST, ROOMS, SHOP, Manifest
from marketplace.operation.moving.taking import territory_import
from marketplace.operation.moving.telling import territory_export
from marketplace.refusals import Refusal
from plugins.solidarity_fund.models import FundRequest
from tests.embedded.conftest import url_of
from tests.moving import people, places
from tests.moving.places import Forged, quietly

ANOTHER_TERRITORY = """
    INSERT INTO ledger_account (territory_id, id, kind, holder_id)
    VALUES (2, ledger_account_number(2), 'world', 0) RETURNING id"""

pytestmark = pytest.mark.slow


@dataclass
class Moved:
    """A territory in a file, and what it was like when it was exported."""

    file: Path
    manifest: Manifest
    rows: dict[str, list[str]]
    mine: Any
    differences: Any
    bought: dict[str, Any]
    cart: str

    @property
    def picture(self) -> str:
        """One that is in the place already to which the territory is moved."""
        return places.file_names_of(self.file)[0]

    @property
    def picture_content(self) -> bytes:
        return b"picture " + self.picture.encode()


@pytest.fixture(scope="module")
def moved(django_db_setup, django_db_blocker, tmp_path_factory) -> Moved:
    folder = tmp_path_factory.mktemp("moving")
    file = folder / "territory.zip"
    with django_db_blocker.unblock(), places.demo_place(folder / "media"):
        rooms.territories_make([2])
        fetch_one(ANOTHER_TERRITORY)
        bought, cart = people.buy("before-the-move"), people.cart_fill()
        seen, differences = people.mine(), people.differences()
        manifest = territory_export(file, advance=quietly)
        assert manifest.ledger == people.ledger()
    return Moved(file, manifest, places.rows_of(file), seen, differences, bought, cart)


@pytest.fixture(scope="module")
def empty_database(moved, django_db_blocker) -> Iterator[str]:
    with django_db_blocker.unblock(), places.empty_place("moved_empty") as name:
        yield name


@pytest.fixture
def target(empty_database, django_db_blocker, tmp_path) -> Iterator[Path]:
    """An empty installation, and the folder of its pictures; it stays empty."""
    with django_db_blocker.unblock(), places.at(empty_database, tmp_path / "media") as media:
        yield media


@pytest.fixture(scope="module")
def database_moved_to(moved, django_db_blocker, tmp_path_factory) -> Iterator[tuple[str, Path]]:
    media = tmp_path_factory.mktemp("moved") / "media"
    (media / moved.picture).parent.mkdir(parents=True)
    (media / moved.picture).write_bytes(moved.picture_content)
    with django_db_blocker.unblock(), places.empty_place("moved_to") as name:
        with places.at(name, media):
            territory_import(moved.file, advance=quietly)
        yield name, media


@pytest.fixture
def there(database_moved_to, django_db_blocker) -> Iterator[Path]:
    """The installation that the territory was moved to, and the folder of its pictures."""
    with django_db_blocker.unblock(), places.at(*database_moved_to) as media:
        yield media


def test_everything_comes_along(moved, there, tmp_path):
    assert people.ledger() == moved.manifest.ledger
    assert Transfer.objects.count() == moved.manifest.transfers > 0
    # Told again, it is the same, to the last column of the last row.
    again = places.exported(tmp_path / "again.zip")
    assert again.keys() == moved.rows.keys()
    for member, rows in moved.rows.items():
        assert again[member] == rows, member
    assert moved.manifest.left == {}
    assert moved.manifest.territories == [1, 2]
    assert people.differences() == moved.differences


def test_what_is_encrypted_can_be_read_with_the_same_keys(moved, there):
    assert all(request.reason for request in FundRequest.objects.all())
    assert len(moved.manifest.keys) == 1


def test_pictures_come_along(moved, there):
    files = [file for file in there.rglob("*") if file.is_file()]
    assert len(files) == len(places.file_names_of(moved.file)) > 0
    assert all(file.read_bytes().startswith(b"picture ") for file in files)


def test_people_go_on_where_they_were(moved, there):
    assert people.mine() == moved.mine
    assert moved.mine["myVouchers"]["edges"]
    assert len(moved.mine["myPurchases"]["edges"]) > 1
    # What was sent before the move and is sent again was done already.
    assert people.buy("before-the-move") == {**moved.bought, "replayed": True}
    before = people.fund_cents()
    bought = people.buy("after-the-move")
    assert bought["replayed"] is False
    levy = round(100 * bought["purchase"]["levy"]["amount"])
    assert people.fund_cents() - before == levy > 0
    people.cart_complete(moved.cart)
    people.ledger()


def test_an_export_is_of_one_moment_while_people_buy(there, django_db_blocker, tmp_path):
    before, during = digest(), []
    rows = places.exported(tmp_path / "before.zip")

    def buy() -> None:
        with django_db_blocker.unblock():
            during.append(people.buy("in-the-middle-of-it"))
            connections.close_all()

    def advance(_name: str, _rows: int) -> None:
        if not during:
            someone = threading.Thread(target=buy)
            someone.start()
            someone.join()

    made = territory_export(tmp_path / "meanwhile.zip", advance=advance)
    assert during[0]["replayed"] is False
    assert made.ledger == before != digest()
    assert places.rows_of(tmp_path / "meanwhile.zip") == rows


def test_a_place_where_somebody_was_before(moved, there):
    before = places.counts()
    with pytest.raises(Refusal, match="TARGET_NOT_EMPTY"):
        territory_import(moved.file, advance=quietly)
    assert places.counts() == before
    assert (there / moved.picture).exists()


def test_an_export_whose_keys_are_gone_is_none(there, settings, tmp_path):
    settings.WELFAREPIU_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(Refusal, match="KEY_MISSING"):
        territory_export(tmp_path / "out.zip", advance=quietly)
    assert not list(tmp_path.glob("out*"))


def test_a_disk_that_is_full_of_the_export(there, tmp_path):
    (tmp_path / "out.zip.unfinished").symlink_to("/dev/full")
    with pytest.raises(Refusal, match="DISK_FULL"):
        territory_export(tmp_path / "out.zip", advance=quietly)
    assert not list(tmp_path.glob("out*"))


def test_a_file_that_is_there_is_not_written_over(moved, there):
    before = moved.file.read_bytes()
    with pytest.raises(Refusal, match="FILE_EXISTS"):
        territory_export(moved.file, advance=quietly)
    assert moved.file.read_bytes() == before


def test_the_commands_say_what_they_did(moved, there, tmp_path, capsys):
    call_command("export_territory", str(tmp_path / "out.zip"))
    said = capsys.readouterr().out
    assert moved.manifest.keys[0] in said
    assert "Exported into" in said
    with pytest.raises(CommandError, match="TARGET_NOT_EMPTY"):
        call_command("import_territory", str(moved.file))


def test_no_secret_is_in_it_and_others_may_not_read_it(moved):
    assert moved.file.stat().st_mode & 0o077 == 0
    secrets = [*settings.WELFAREPIU_ENCRYPTION_KEYS, settings.SECRET_KEY]
    for content in Forged.of(moved.file).members.values():
        assert not any(secret.encode() in content for secret in secrets)


def refused(file: Path, code: str, media: Path, *, advance: Any = quietly) -> Refusal:
    """An import that is refused with this code and changes nothing."""
    before = places.counts()
    with pytest.raises(Refusal) as refusal:
        territory_import(file, advance=advance)
    assert refusal.value.code == code
    assert str(refusal.value.message).endswith(".")
    assert places.counts() == before
    assert not [file for file in media.rglob("*") if file.is_file()]
    return refusal.value


@pytest.mark.parametrize("broken", ["empty", "no zip", "cut off", "no manifest", "changed"])
def test_a_broken_archive(moved, target, tmp_path, broken):
    content = moved.file.read_bytes()
    other = tmp_path / "other.zip"
    if broken == "no manifest":
        forged = Forged.of(moved.file)
        del forged.members[MANIFEST]
        forged.pack(other)
    elif broken == "changed":
        forged = Forged.of(moved.file)
        forged.change(f"{ROOMS}ledger_entry.jsonl", lambda rows: rows.replace(b"1", b"2", 1))
        forged.pack(other)
    else:
        other.write_bytes(
            {"empty": b"", "no zip": b"no zip", "cut off": content[: len(content) // 2]}[broken]
        )
    refused(other, "ARCHIVE_BROKEN", target)


@pytest.mark.parametrize("manifest", ["", "[]", "{}", "null", '{"format": 1}'])
def test_a_manifest_that_is_none(moved, target, tmp_path, manifest):
    forged = Forged.of(moved.file)
    forged.members[MANIFEST] = manifest.encode()
    refused(forged.pack(tmp_path / "other.zip"), "ARCHIVE_BROKEN", target)


def test_no_file_at_all(target, tmp_path):
    refused(tmp_path / "nothing.zip", "FILE_NOT_FOUND", target)
    with pytest.raises(Refusal, match="FILE_NOT_FOUND"):
        territory_export(tmp_path / "no folder" / "out.zip", advance=quietly)


def test_a_folder_in_the_place_of_a_file(target, tmp_path):
    said = refused(tmp_path, "FILE_FAILED", target)
    assert f"by user {os.geteuid()}: Is a directory" in str(said)


def test_a_row_that_does_not_fit(moved, target, tmp_path):
    """A second of its key: what PostgreSQL says of it names nobody."""
    member = f"{SHOP}user.jsonl"

    def twice(rows: bytes) -> bytes:
        return rows.split(b"\n", 1)[0] + b"\n" + rows

    forged = Forged.of(moved.file).change(member, twice).seal()
    rows = forged.manifest["rows"]
    forged.say(rows=rows | {member: rows[member] + 1})
    said = str(refused(forged.pack(tmp_path / "other.zip"), "ROWS_DO_NOT_FIT", target))
    # Of two unique columns the server names the one whose index it looks at first.
    assert "duplicate key" in said
    assert "user_" in said
    assert "example.com" not in said


def test_a_picture_that_was_cut_off(moved, target):
    """As a machine that goes out leaves it; whoever's it is, it is not written over."""
    picture = target / moved.picture
    picture.parent.mkdir(parents=True)
    picture.write_bytes(moved.picture_content[:-1])
    with pytest.raises(Refusal, match="PICTURE_DIFFERS") as refusal:
        territory_import(moved.file, advance=quietly)
    assert str(picture) in str(refusal.value.message)
    assert [file for file in target.rglob("*") if file.is_file()] == [picture]
    assert picture.read_bytes() == moved.picture_content[:-1]


def test_the_database_gone_midway(moved, target):
    def advance(name: str, _rows: int) -> None:
        if name == "ledger_entry":
            fetch_one("SELECT pg_terminate_backend(pg_backend_pid())")

    refused(moved.file, "DATABASE_FAILED", target, advance=advance)


KILLED = """
import os, signal, sys
from pathlib import Path
import django
from django.conf import settings
django.setup()
settings.MEDIA_ROOT = sys.argv[2]
from marketplace.operation.moving.taking import territory_import
def advance(name, rows):
    if name == "ledger_entry":
        os.kill(os.getpid(), signal.SIGKILL)
territory_import(Path(sys.argv[1]), advance=advance)
"""


def test_killed_midway_it_leaves_nothing_and_the_next_one_does_it_all(
    moved, django_db_blocker, tmp_path
):
    with django_db_blocker.unblock(), places.empty_place("moved_killed") as name:
        with places.at(name, tmp_path):
            # The clock has looked at accounts, and so opened them: nobody has done anything.
            assert people.differences() == []
            before = places.counts()
            assert before["ledger_account"]
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, str(moved.file), str(tmp_path)],
            env=os.environ
            | {
                "DATABASE_URL": url_of(name),
                "WELFAREPIU_ENCRYPTION_KEYS": ",".join(settings.WELFAREPIU_ENCRYPTION_KEYS),
            },
        )
        assert killed.returncode == -signal.SIGKILL
        assert list(tmp_path.rglob("*.*"))
        with places.at(name, tmp_path):
            assert places.counts() == before
            territory_import(moved.file, advance=quietly)
            assert people.ledger() == moved.manifest.ledger


def test_another_format(moved, target, tmp_path):
    other = Forged.of(moved.file).say(format=2).pack(tmp_path / "other.zip")
    assert "format 2" in str(refused(other, "ARCHIVE_FORMAT_UNKNOWN", target))


def test_another_version_of_the_project(moved, target, tmp_path):
    migrations = moved.manifest.migrations | {"sales": "0099_of_the_future"}
    other = Forged.of(moved.file).say(migrations=migrations).pack(tmp_path / "other.zip")
    assert "(sales)" in str(refused(other, "PROJECT_DIFFERS", target))


def test_a_missing_key(moved, target, settings):
    settings.WELFAREPIU_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    said = refused(moved.file, "KEY_MISSING", target)
    assert moved.manifest.keys[0] in str(said)


def test_a_ledger_that_came_out_otherwise(moved, target, tmp_path):
    """Every sum of the archive is right, and one row of the ledger is not what was digested."""
    stop = Finding("STOPPED_HERE", "by the test", "so that the place stays empty")

    def change(rows: bytes) -> bytes:
        first, rest = rows.split(b"\n", 1)
        row = json.loads(first)
        return json.dumps(row | {"reference": "another"}).encode() + b"\n" + rest

    forged = Forged.of(moved.file).change(f"{ROOMS}ledger_transfer.jsonl", change).seal()
    file = forged.pack(tmp_path / "other.zip")
    refused(file, "LEDGER_DIFFERS", target)
    # The twin: nothing but the digest tells that ledger from the one that was exported.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(taking, "digest", lambda: moved.manifest.ledger)
        patch.setattr(taking, "verify", lambda: [*verify(), stop])
        assert "wrong in 1 places (STOPPED_HERE" in str(refused(file, "LEDGER_UNSOUND", target))


def test_an_unsound_ledger(moved, target, tmp_path):
    """It was unsound where it was exported, and its digest says nothing else."""

    def change(rows: bytes) -> bytes:
        kept = rows.rstrip(b"\n").split(b"\n")[:-1]
        return b"\n".join(kept) + b"\n"

    member = f"{ROOMS}ledger_entry.jsonl"
    forged = Forged.of(moved.file).change(member, change).seal()
    rows = forged.manifest["rows"]
    forged.say(rows=rows | {member: rows[member] - 1})
    file = forged.pack(tmp_path / "other.zip")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(taking, "digest", lambda: moved.manifest.ledger)
        assert "TRANSFER_UNBALANCED" in str(refused(file, "LEDGER_UNSOUND", target))


@pytest.mark.parametrize("member", ["ledger_entry", "vouchers_welfarevoucher"])
def test_a_disk_that_fills_midway(moved, target, member):
    def advance(name: str, _rows: int) -> None:
        if name == member:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    refused(moved.file, "DISK_FULL", target, advance=advance)


def test_pictures_stay_within_their_folder(moved, target, tmp_path):
    forged = Forged.of(moved.file)
    forged.members["media/../../outside"] = b"gotcha"
    refused(forged.seal().pack(tmp_path / "other.zip"), "ARCHIVE_BROKEN", target)
    assert not (tmp_path / "outside").exists()


def test_what_migrations_fill_is_listed(moved, target):
    ours = [name for name in places.counts() if rooms.is_ours(name)]
    assert set(ours) <= {*rooms.FILLED_BY_US, *rooms.STAYING}
