"""Test databases: cloned from a migrated template that is made once per set of migrations.

Two templates, so that a change of a migration of ours does not run Saleor's 442 again: one with
Saleor's migrations only, one with ours on top. Both are named after what is in them.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from marketplace.ledger import accounts

TEMPLATE_LOCK = 0x77656C66


def _fingerprint(*, ours: bool) -> str:
    import saleor

    digest = hashlib.sha256(settings.DATABASES["default"]["ENGINE"].encode())
    digest.update(getattr(saleor, "__version__", "2.10.1").encode())
    if ours:
        rooms = [
            apps.get_app_config(c.label).path
            for c in apps.get_app_configs()
            if c.name in settings.WELFAREPIU_ROOMS
        ]
        for room in sorted(rooms):
            for file in sorted(
                [*Path(room).glob("migrations/*.py"), *Path(room).glob("sql/*.sql")]
            ):
                digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def other_connection(database: str) -> Any:
    """A connection of the driver's (psycopg2 or 3) to another database of the same server."""
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    parameters["dbname" if "dbname" in parameters else "database"] = database
    other = connection.Database.connect(**parameters)
    other.autocommit = True
    return other


def _admin() -> Any:
    """A connection outside any test database, for CREATE and DROP DATABASE."""
    return other_connection("postgres")


@contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """Let Django use another database for the block's length."""
    before = connection.settings_dict["NAME"]
    connections.close_all()
    accounts.forget()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        accounts.forget()
        connection.settings_dict["NAME"] = before


def _clone(cursor, source: str, name: str) -> None:
    cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY FILE_COPY')


def _make(cursor, name: str, source: str, migrate: Callable[[str], None]) -> None:
    """Make template ``name`` under a working name, so that a broken run leaves none behind."""
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    if cursor.fetchone():
        return
    work = f"{name}_making"
    cursor.execute(f'DROP DATABASE IF EXISTS "{work}" WITH (FORCE)')
    cursor.execute(f'CREATE DATABASE "{work}" TEMPLATE "{source}"')
    migrate(work)
    cursor.execute(f'ALTER DATABASE "{work}" RENAME TO "{name}"')


def _migrate_saleor(database: str) -> None:
    """Saleor's own migrations, in a process whose settings have none of our rooms."""
    params = connection.get_connection_params()
    server = f"{quote(params.get('host', ''), safe='')}:{params.get('port', '')}"
    login = f"{params.get('user', '')}:{params.get('password', '')}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "marketplace.settings.bare",
        "DATABASE_URL": f"postgres://{login}@{server}/{database}",
    }
    subprocess.run(
        [sys.executable, "-m", "marketplace", "migrate", "-v0"], env=environment, check=True
    )


def _migrate_ours(database: str) -> None:
    with pointed_at(database):
        call_command("migrate", verbosity=0, interactive=False)


def template() -> str:
    """Name of the migrated template database, made where it does not exist yet."""
    saleors = f"tpl_saleor_{_fingerprint(ours=False)}"
    ours = f"tpl_welfare_{_fingerprint(ours=True)}"
    admin = _admin()
    try:
        with admin.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
            if getattr(settings, "THROWAWAY_SERVER", False):
                cursor.execute("ALTER SYSTEM SET fsync = off")
                cursor.execute("SELECT pg_reload_conf()")
            _make(cursor, saleors, "template0", _migrate_saleor)
            _make(cursor, ours, saleors, _migrate_ours)
    finally:
        admin.close()
    return ours


def make(name: str, source: str, fill: Callable[[str], None]) -> None:
    """Make a template of somebody's own out of another, where it does not exist yet; ``fill`` is
    given the name of the database to fill."""
    admin = _admin()
    try:
        with admin.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
            _make(cursor, name, source, fill)
    finally:
        admin.close()


def _drop(admin: Any, name: str) -> None:
    """Drop a database, whatever happened in it and whoever is still connected."""
    try:
        with admin.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        admin.close()


@contextmanager
def cloned(purpose: str) -> Iterator[str]:
    """A database of its own, cloned from the template, that Django uses until the block ends."""
    source = template()
    name = f"test_{purpose}_{os.getpid()}"
    admin = _admin()
    try:
        with admin.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            _clone(cursor, source, name)
        with pointed_at(name):
            yield name
    finally:
        _drop(admin, name)


@contextmanager
def copied(source: str, purpose: str) -> Iterator[str]:
    """A copy of a database that nobody is connected to; Django stays where it is."""
    name = f"test_{purpose}_{os.getpid()}"
    admin = _admin()
    try:
        with admin.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            _clone(cursor, source, name)
        yield name
    finally:
        _drop(admin, name)
