"""The file that a territory travels in: a ZIP of rows, pictures and a manifest of what is in it.

Each member is one table's or one kind's rows, a JSON object a line, or a picture. The manifest is
written last and read first; a file without one was never finished, and bears another name.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

from marketplace.operation.moving.refusals import MoveRefused, broken

FORMAT = 1
MANIFEST = "manifest.json"
ROOMS, SHOP, MEDIA = "rooms/", "shop/", "media/"
ROWS_ENDING = ".jsonl"
CHUNK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """``made_at`` in UTC; ``rows`` and ``sha256`` by member; ``migrations``: the last one of each
    of our rooms; ``keys``: fingerprints of the keys that read what is encrypted; ``territories``:
    the numbers that the ledger has partitions of; ``last_keys``:
    the last row's key that was drawn, by table and column; ``left``: tables of Saleor's that stay
    behind, with how many rows they have."""

    made_at: str
    project: str
    engine: str
    migrations: Mapping[str, str]
    ledger: str
    transfers: int
    keys: list[str] = field(default_factory=list)
    territories: list[int] = field(default_factory=list)
    last_keys: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    missing_files: int = 0
    format: int = FORMAT


class Packing:
    """An archive being written."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed
        self.sha256: dict[str, str] = {}
        self.rows: dict[str, int] = {}

    def add_rows(self, name: str, lines: Iterable[str]) -> int:
        """Rows as JSON, one a line; how many there were."""
        count = 0

        def counted() -> Iterator[bytes]:
            nonlocal count
            for line in lines:
                count += 1
                yield line.encode() + b"\n"

        member = name + ROWS_ENDING
        self._add(member, counted())
        self.rows[member] = count
        return count

    def add_file(self, name: str, content: Iterable[bytes]) -> None:
        """A file as it is; pictures are compressed already."""
        self._add(MEDIA + name, content, compression=zipfile.ZIP_STORED)

    def _add(
        self, member: str, content: Iterable[bytes], compression: int = zipfile.ZIP_DEFLATED
    ) -> None:
        digest = hashlib.sha256()
        told = zipfile.ZipInfo(member)
        told.compress_type = compression
        told.external_attr = 0o600 << 16
        with self._packed.open(told, "w", force_zip64=True) as out:
            for part in content:
                digest.update(part)
                out.write(part)
        self.sha256[member] = digest.hexdigest()

    def finish(self, manifest: Manifest) -> None:
        self._packed.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1) + "\n")


@contextmanager
def packing(into: Path | IO[bytes]) -> Iterator[Packing]:
    """Write a file, for its owner alone, which bears its name once it is whole; or a stream.

    Raises:
        Refusal: FILE_EXISTS.
    """
    if not isinstance(into, Path):
        with _zipped(into) as packed:
            yield packed
        return
    if into.exists():
        raise MoveRefused("FILE_EXISTS", f"{into} is there already. Name a new file.")
    unfinished = into.with_name(f"{into.name}.unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with _zipped(raw) as packed:
                yield packed
            os.fsync(raw.fileno())
        unfinished.rename(into)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _zipped(out: IO[bytes]) -> Iterator[Packing]:
    with zipfile.ZipFile(out, "w", compression=zipfile.ZIP_DEFLATED) as packed:
        yield Packing(packed)
    out.flush()


class Unpacking:
    """An archive that is whole: every member is what the manifest says."""

    def __init__(self, packed: zipfile.ZipFile, manifest: Manifest) -> None:
        self._packed = packed
        self.manifest = manifest

    def rows(self, name: str) -> Iterator[str]:
        member = name + ROWS_ENDING
        if member not in self.manifest.rows:
            return
        with self._packed.open(member) as content:
            for line in content:
                yield line.decode().rstrip("\n")

    def tables(self) -> list[str]:
        """The names of our own tables that it has."""
        return [
            member[len(ROOMS) : -len(ROWS_ENDING)]
            for member in self.manifest.rows
            if member.startswith(ROOMS)
        ]

    def files(self) -> list[str]:
        return [m[len(MEDIA) :] for m in self.manifest.sha256 if m.startswith(MEDIA)]

    def open_file(self, name: str) -> IO[bytes]:
        return self._packed.open(MEDIA + name)

    def is_file(self, name: str, content: Iterable[bytes]) -> bool:
        """Whether that is the content of the file."""
        return _digest(content) == self.manifest.sha256[MEDIA + name]


@contextmanager
def unpacking(file: Path | IO[bytes]) -> Iterator[Unpacking]:
    """Read ``file``, all of which is looked at before anything else is done.

    Raises:
        Refusal: ARCHIVE_BROKEN, ARCHIVE_FORMAT_UNKNOWN.
        OSError: there is no such file, or it may not be read.
    """
    name = file if isinstance(file, Path) else "What came by standard input"
    with open(file, "rb") if isinstance(file, Path) else nullcontext(file) as raw:
        try:
            packed = zipfile.ZipFile(raw)
        except (OSError, zipfile.BadZipFile) as error:
            raise broken(name) from error
        with packed:
            yield Unpacking(packed, _looked_at(packed, name))


def _looked_at(packed: zipfile.ZipFile, name: object) -> Manifest:
    """The manifest of an archive that is whole."""
    try:
        manifest = _manifest(packed)
        whole = _is_whole(packed, manifest)
    except _UNREADABLE as error:
        raise broken(name) from error
    if not whole:
        raise broken(name)
    return manifest


# What reading a file of anything raises: not only what zipfile says of it.
_UNREADABLE = (
    AttributeError,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zipfile.zlib.error,  # type: ignore[attr-defined]
)


def _manifest(packed: zipfile.ZipFile) -> Manifest:
    told: dict[str, Any] = json.loads(packed.read(MANIFEST))
    if told["format"] != FORMAT:
        raise MoveRefused(
            "ARCHIVE_FORMAT_UNKNOWN",
            f"The export has format {told['format']}; this version reads format {FORMAT}. Export "
            "and import with the same version of WELFAREPIU.",
        )
    return Manifest(**told)


def _is_whole(packed: zipfile.ZipFile, manifest: Manifest) -> bool:
    there = set(packed.namelist()) - {MANIFEST}
    return there == set(manifest.sha256) and all(
        _sha256(packed, member) == wanted for member, wanted in manifest.sha256.items()
    )


def _sha256(packed: zipfile.ZipFile, member: str) -> str:
    with packed.open(member) as content:
        return _digest(iter(partial(content.read, CHUNK), b""))


def _digest(content: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in content:
        digest.update(part)
    return digest.hexdigest()
