"""Places to move from and to: databases of their own, with folders for their pictures."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.sites.models import Site
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import override_settings

from marketplace.operation.moving import archive, rooms
from marketplace.operation.moving.telling import file_names, territory_export
from tests import databases
from tests.storefront.shop import world


def quietly(_name: str, _rows: int) -> None:
    """Nobody looks at the progress."""


@contextmanager
def at(database: str, media: Path) -> Iterator[Path]:
    """Let everything be done in this installation, until the block ends."""
    with databases.pointed_at(database), override_settings(MEDIA_ROOT=str(media)):
        Site.objects.clear_cache()
        yield media
    Site.objects.clear_cache()


def empty_place(purpose: str) -> AbstractContextManager[str]:
    """A migrated database in which nobody has done anything."""
    return databases.copied(databases.template(), purpose)


@contextmanager
def demo_place(media: Path) -> Iterator[str]:
    """The demo territory, with a file for each of its pictures."""
    with databases.copied(world(), "moved_from") as database, at(database, media):
        for picture in file_names():
            default_storage.save(picture, ContentFile(b"picture " + picture.encode()))
        yield database


def rows_of(file: Path) -> dict[str, list[str]]:
    """The rows in an export, by member, sorted."""
    with archive.unpacking(file) as packed:
        return {
            member: sorted(packed.rows(member.removesuffix(archive.ROWS_ENDING)))
            for member in packed.manifest.rows
        }


def file_names_of(file: Path) -> list[str]:
    with archive.unpacking(file) as packed:
        return packed.files()


def exported(file: Path) -> dict[str, list[str]]:
    """Export from here, and read what was written."""
    territory_export(file, advance=quietly)
    return rows_of(file)


def counts() -> dict[str, int]:
    """How many rows every table of the database has."""
    return dict(rooms.non_empty(rooms.all_tables()))


@dataclass
class Forged:
    """An export taken apart, to be changed and packed again; ``seal`` makes it look whole."""

    members: dict[str, bytes]

    @classmethod
    def of(cls, file: Path) -> Forged:
        with zipfile.ZipFile(file) as packed:
            return cls({name: packed.read(name) for name in packed.namelist()})

    @property
    def manifest(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.members[archive.MANIFEST])
        return told

    def say(self, **changed: Any) -> Forged:
        """Another manifest."""
        self.members[archive.MANIFEST] = json.dumps(self.manifest | changed).encode()
        return self

    def change(self, member: str, change: Callable[[bytes], bytes]) -> Forged:
        self.members[member] = change(self.members[member])
        return self

    def seal(self) -> Forged:
        import hashlib

        sums = {
            name: hashlib.sha256(content).hexdigest()
            for name, content in self.members.items()
            if name != archive.MANIFEST
        }
        return self.say(sha256=sums)

    def pack(self, file: Path) -> Path:
        with zipfile.ZipFile(file, "w") as packed:
            for name, content in self.members.items():
                packed.writestr(name, content)
        return file
