"""Encrypted columns for hardship, ISEE, health and disability data, and the log of who reads them.

Fernet (AES-128-CBC with HMAC) from ``cryptography``; ``WELFAREPIU_ENCRYPTION_KEYS`` lists keys,
newest first: writing uses the first, reading tries them all, so that a key is rotated by putting a
new one in front and saving each row again.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from marketplace.people.actor import Actor
from marketplace.people.models import SensitiveRead


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("WELFAREPIU_ENCRYPTION_KEYS is empty: personal data needs a key")
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """The cipher of the configured keys."""
    return _cipher(tuple(settings.WELFAREPIU_ENCRYPTION_KEYS))


class EncryptedTextField(models.BinaryField):
    """Text that only ever rests in the database encrypted; it cannot be filtered or sorted by."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            value = cipher().encrypt(value.encode()) if value else b""
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        if value is None:
            return None
        stored = bytes(value)
        return cipher().decrypt(stored).decode() if stored else ""

    def to_python(self, value: Any) -> Any:
        return value


def read_sensitive(instance: models.Model, field: str, *, actor: Actor, why: str) -> str:
    """Return an encrypted field's text and log the reading; the only way a schema may show one."""
    SensitiveRead.objects.create(
        reader_id=actor.require_user(),
        model=instance._meta.label_lower,
        object_id=instance.pk,
        field=field,
        why=why,
    )
    return getattr(instance, field) or ""
