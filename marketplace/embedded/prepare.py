"""Bring the database up to date, and fill an empty one with the demo territory.

``python -m marketplace.embedded.prepare``: a process of its own, so that the supervisor stays
small.
Prints progress; a database that is ready passes in the time that Django takes to start.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any, TextIO

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.embedded")

OLDEST_SERVER = 130000


class Bar:
    """``migrating  [#####.....]  212/460  8 s``: rewritten on a terminal, else every tenth part."""

    WIDTH = 30

    def __init__(self, what: str, total: int, out: TextIO) -> None:
        self.what, self.total, self.out = what, total, out
        self.done = 0
        self.started = time.monotonic()
        self.terminal = out.isatty()

    def advance(self, name: str) -> None:
        self.done += 1
        filled = self.WIDTH * self.done // max(self.total, 1)
        line = (
            f"  {self.what}  [{'#' * filled}{'.' * (self.WIDTH - filled)}]  "
            f"{self.done}/{self.total}  {time.monotonic() - self.started:.0f} s"
        )
        if self.terminal:
            self.out.write(f"\r\033[K{line}  {name[:40]}")
        elif self.done == self.total or self.done * 10 // self.total > (
            (self.done - 1) * 10 // self.total
        ):
            self.out.write(line + "\n")
        self.out.flush()

    def end(self) -> None:
        if self.terminal and self.done:
            self.out.write("\n")


def check_server() -> None:
    """Refuse a server that is not there or too old, and a database that newer code has changed."""
    from django.db import OperationalError, connection
    from django.db.migrations.loader import MigrationLoader

    from marketplace.embedded.refusal import CannotStart

    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise CannotStart(
            f"The database does not answer ({str(error).strip()}). Start it, or correct "
            "DATABASE_URL, or leave DATABASE_URL out to have one made in .data/."
        ) from error
    if connection.pg_version < OLDEST_SERVER:
        raise CannotStart(
            f"The server that DATABASE_URL names is PostgreSQL {connection.pg_version // 10000}; "
            "WELFAREPIU needs 13 or newer. Name another, or leave DATABASE_URL out."
        )
    loader = MigrationLoader(connection)
    unknown = sorted(set(loader.applied_migrations) - set(loader.disk_migrations))
    known_apps = loader.migrated_apps
    newer = [f"{app}.{name}" for app, name in unknown if app in known_apps]
    if newer:
        raise CannotStart(
            f"The database was migrated by another version of WELFAREPIU ({newer[-1]} is not known "
            "here). Run that version, or restore an older copy, or move .data/postgres away to "
            "start with an empty database."
        )


def migrate(out: TextIO) -> int:
    """Apply what is missing, with a bar; return how many migrations were applied."""
    from django.core.management import call_command
    from django.core.management.commands.migrate import Command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return 0
    bar = Bar("migrating", len(plan), out)

    class Shown(Command):
        def migration_progress_callback(
            self, action: str, migration: Any = None, fake: bool = False
        ) -> None:
            if action == "apply_success":
                bar.advance(str(migration))

    call_command(Shown(), verbosity=0, interactive=False)
    bar.end()
    return len(plan)


def fill_where_empty(out: TextIO) -> bool:
    """Load the demo territory into a database that holds no organisation; say whether it did.

    ``demo_territory`` commits all of it or nothing, or can be called again on a part of it.
    """
    from django.core.management import call_command, get_commands

    from marketplace.people.models import Organisation

    if Organisation.objects.exists() or "demo_territory" not in get_commands():
        return False
    out.write("The database is empty: loading the demo territory.\n")
    out.flush()
    call_command("demo_territory")
    return True


def main() -> int:
    from marketplace.embedded.refusal import DISK_FULL, CannotStart, is_disk_full

    try:
        import django

        django.setup()
        check_server()
        migrate(sys.stdout)
        if os.environ.get("WELFAREPIU_DEMO", "1") != "0":
            fill_where_empty(sys.stdout)
    except CannotStart as refusal:
        print(refusal, flush=True)
        return 1
    except Exception as error:
        if not is_disk_full(error):
            raise
        print(DISK_FULL, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
