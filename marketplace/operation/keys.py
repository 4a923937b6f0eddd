"""Whether the configured encryption keys are those that this database was written with."""

from __future__ import annotations

from cryptography.fernet import InvalidToken
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS

from marketplace.operation.models import KeyProbe

WORD = "welfarepiu"


def probe_leave(*, using: str = DEFAULT_DB_ALIAS) -> None:
    """Write the probe where there is none; after each migration, so a new database has one.

    Raises:
        ImproperlyConfigured, ValueError: there is no key, or it is none.
    """
    probes = KeyProbe.objects.using(using)
    if not probes.only("pk").exists():
        probes.create(word=WORD)


def keys_read_the_probe() -> bool:
    """Whether the keys read what was left; True where nothing was left yet and the keys are keys.

    After a rotation the probe is to be saved again like every other encrypted row.
    """
    from marketplace.people.encryption import cipher

    try:
        cipher()
        probe = KeyProbe.objects.order_by("pk").first()
    except (ImproperlyConfigured, InvalidToken, ValueError):
        return False
    return probe is None or probe.word == WORD
