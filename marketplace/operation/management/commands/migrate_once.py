"""``migrate_once``: bring the database up to date, however many start at once.

One of them migrates, behind a lock of the database's; the others wait and find nothing to do. The
lock goes with the connection, so one that is killed leaves none behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandParser

from marketplace.ledger.database import fetch_one
from marketplace.people.models import Organisation

_KEY = "SELECT {function}(hashtextextended('welfarepiu.migrate', 0))"


@contextmanager
def alone() -> Iterator[None]:
    """Wait for whoever migrates, then hold the lock."""
    fetch_one(_KEY.format(function="pg_advisory_lock"))
    try:
        yield
    finally:
        fetch_one(_KEY.format(function="pg_advisory_unlock"))


class Command(BaseCommand):
    help = "Migrate behind a lock; load the demo territory into an empty database where told."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demo territory, if empty")

    def handle(self, *args: Any, demo: bool = False, **options: Any) -> None:
        with alone():
            call_command("migrate", interactive=False, verbosity=options["verbosity"])
            # The settings install it only where WELFAREPIU_DEMO_TERRITORY says so.
            wanted = demo or "demo_territory" in get_commands()
            if wanted and not Organisation.objects.exists():
                call_command("demo_territory")
