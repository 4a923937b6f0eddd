"""Is everything here that a purchase needs? One answer per part, with what to do where it is not.

A part without which no request can be served makes the API unready: it gets none until the part is
back. Background work that is silent, or whose queue is gone, only degrades it: it is done later, or
caught up with, and taking the shop away as well would help nobody. The answers are for anybody who
can reach the address: no names of hosts, no words of an exception, no secret.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext_lazy as _

from marketplace.operation import heartbeats, keys

logger = logging.getLogger(__name__)

BROKER_SECONDS = 2

READY, DEGRADED, UNREADY = "ready", "degraded", "unready"


@dataclass(frozen=True, slots=True)
class Ill:
    """What is wrong with a part: a stable code, and a sentence that says what to do."""

    code: str
    message: Any
    seconds: int | None = None


_UNKNOWN = Ill("UNKNOWN", _("This could not be looked at. Mend what stands before it first."))


@dataclass(frozen=True, slots=True)
class Check:
    """One part; ``needed`` where no request can be served without it."""

    part: str
    look: Callable[[], Ill | None]
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    found: dict[Check, Ill | None]

    @property
    def status(self) -> str:
        ill = [check for check, found in self.found.items() if found]
        if not ill:
            return READY
        return UNREADY if any(check.needed for check in ill) else DEGRADED

    def as_json(self) -> dict[str, Any]:
        """``{"status": ..., "checks": [{"part", "ok", "code", "message", "seconds"}]}``."""
        return {"status": self.status, "checks": [_line(*one) for one in self.found.items()]}


def _line(check: Check, ill: Ill | None) -> dict[str, Any]:
    line: dict[str, Any] = {"part": check.part, "ok": ill is None}
    if ill is not None:
        line |= {"code": ill.code, "message": str(ill.message)}
        if ill.seconds is not None:
            line["seconds"] = ill.seconds
    return line


def database() -> Ill | None:
    """Whether the server answers. A connection that a restart has cut is made anew first."""
    for last in (False, True):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return None
        except Error as error:
            connection.close()
            if last:
                logger.warning("the database does not answer: %s", type(error).__name__)
    return Ill(
        "DATABASE_UNREACHABLE",
        _("The database does not answer. Start it, or correct DATABASE_URL."),
    )


@lru_cache(maxsize=1)
def _last_migrations() -> frozenset[tuple[str, str]]:
    """The newest migration of each app in this code; they do not change while it runs."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def migrations() -> Ill | None:
    """Whether the database has all that this code needs; what newer code added is no harm."""
    missing = _last_migrations() - set(MigrationRecorder(connection).applied_migrations())
    if not missing:
        return None
    return Ill(
        "NOT_MIGRATED",
        _("The database lacks changes of this version. Run: python -m marketplace migrate"),
    )


def broker() -> Ill | None:
    """Whether tasks can be sent."""
    from marketplace.shop.background import app

    given = app.conf.broker_transport_options or {}
    patience = {"socket_connect_timeout": BROKER_SECONDS, "socket_timeout": BROKER_SECONDS}
    try:
        with app.connection_for_write(
            connect_timeout=BROKER_SECONDS, transport_options={**given, **patience}
        ) as sending:
            sending.connect()
    except Exception as error:
        # Each transport has exceptions of its own.
        logger.warning("the queue does not answer: %s", type(error).__name__)
        return Ill(
            "BROKER_UNREACHABLE",
            _("The queue of tasks does not answer. Start it, or correct CELERY_BROKER_URL."),
        )
    return None


def encryption_keys() -> Ill | None:
    """Whether what is encrypted can be read."""
    if keys.keys_read_the_probe():
        return None
    return Ill(
        "ENCRYPTION_KEYS_UNFIT",
        _(
            "The encryption keys do not read what this database holds. Put the key that it was "
            "written with into WELFAREPIU_ENCRYPTION_KEYS, after the newest one."
        ),
    )


def worker() -> Ill | None:
    """Whether a worker has lately taken a message from the queue and done it."""
    return _silent(
        heartbeats.ages().worker,
        "WORKER_SILENT",
        _("No worker does the tasks that are queued. Start one, or look at its log."),
    )


def beat() -> Ill | None:
    """Whether what runs by the clock is sent."""
    return _silent(
        heartbeats.ages().beat,
        "BEAT_SILENT",
        _("Nothing starts the tasks that run by the clock. Start beat, or look at its log."),
    )


def _silent(age: float | None, code: str, message: Any) -> Ill | None:
    if age is not None and age <= settings.HEARTBEAT_SILENT_SECONDS:
        return None
    return Ill(code, message, None if age is None else int(age))


CHECKS = (
    Check("database", database),
    Check("migrations", migrations),
    Check("encryption keys", encryption_keys),
    Check("broker", broker, needed=False),
    Check("worker", worker, needed=False),
    Check("beat", beat, needed=False),
)
# What cannot be asked where the database does not answer.
WITHOUT_DATABASE = frozenset({"database", "broker"})


def report() -> Report:
    """Look at every part; without a database only at those that need none."""
    found: dict[Check, Ill | None] = {}
    answers = True
    for check in CHECKS:
        if not answers and check.part not in WITHOUT_DATABASE:
            continue
        try:
            found[check] = check.look()
        except Error as error:
            # It went away in the middle, or its tables are not made yet: the check before says so.
            logger.warning("%s could not be looked at: %s", check.part, type(error).__name__)
            found[check] = _UNKNOWN
            connection.close()
        if check.part == "database":
            answers = found[check] is None
    return Report(found)
