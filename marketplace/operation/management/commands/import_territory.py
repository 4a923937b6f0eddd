"""``import_territory FILE``: what ``export_territory`` wrote, into an empty installation."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.operation.moving.taking import territory_import
from marketplace.operation.moving.telling import file_in
from marketplace.refusals import Refusal


class Command(BaseCommand):
    help = "Take the territory in a file into this installation, whole or not at all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="what export_territory wrote")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        begun = time.monotonic()
        try:
            taken = territory_import(file_in(file), advance=self.advance)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"Imported what was exported at {taken.made_at}: {sum(taken.rows.values())} rows, in "
            f"{time.monotonic() - begun:.1f} s. {taken.transfers} transfers; the ledger is sound "
            f"and the same ({taken.ledger})."
        )
        self.stdout.write("Restart API and worker now. Everybody signs in again, as before.")

    def advance(self, name: str, rows: int) -> None:
        if rows:
            self.stdout.write(f"  {name}: {rows}")
