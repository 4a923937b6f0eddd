"""Which keys read what is encrypted, said by fingerprints: never the keys themselves.

A fingerprint is the beginning of a SHA-256 of the key; a key has 256 random bits, so nothing of it
can be guessed from that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import connection

from marketplace.operation.moving import rooms
from marketplace.operation.moving.refusals import MoveRefused
from marketplace.people.encryption import EncryptedTextField


def configured() -> dict[str, Fernet]:
    """The keys of this installation, by fingerprint."""
    return {fingerprint(key): Fernet(key) for key in settings.WELFAREPIU_ENCRYPTION_KEYS}


def fingerprint(key: str) -> str:
    return hashlib.sha256(b"welfarepiu key: " + key.encode()).hexdigest()[:16]


def needed() -> list[str]:
    """The keys with which something in our tables is encrypted; every value is tried.

    Raises:
        Refusal: KEY_MISSING, where none of the configured keys reads a value.
    """
    keys, found = configured(), set()
    for table, column in encrypted_columns():
        for value in _values(table, column):
            found.add(_reading(keys, value, table))
    return sorted(found)


def encrypted_columns() -> list[tuple[str, str]]:
    return [
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, EncryptedTextField) and model._meta.db_table not in rooms.STAYING
    ]


def _values(table: str, column: str) -> Iterator[bytes]:
    name = rooms.quoted(column)
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT {name} FROM {rooms.quoted(table)} WHERE length({name}) > 0"  # noqa: S608
        )
        for (value,) in cursor:
            yield bytes(value)


def _reading(keys: dict[str, Fernet], value: bytes, table: str) -> str:
    for name, key in keys.items():
        try:
            key.decrypt(value)
        except InvalidToken:
            continue
        return name
    raise MoveRefused(
        "KEY_MISSING",
        f"Something in {table} was encrypted with a key that is not in WELFAREPIU_ENCRYPTION_KEYS. "
        "Add that key behind the others, then run the same command again.",
    )
