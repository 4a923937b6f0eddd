"""``import_territory FILE``: what ``export_territory`` wrote, into an empty installation."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.operation.moving.archive import Manifest
from marketplace.operation.moving.taking import spooled, territory_import
from marketplace.operation.moving.telling import file_in
from marketplace.refusals import Refusal

STREAM = "-"


class Command(BaseCommand):
    help = "Take the territory in a file into this installation, whole or not at all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="what export_territory wrote; - is standard input")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        begun = time.monotonic()
        try:
            taken = self.take(file)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"Imported what was exported at {taken.made_at}: {sum(taken.rows.values())} rows, in "
            f"{time.monotonic() - begun:.1f} s. {taken.transfers} transfers; the ledger is sound "
            f"and the same ({taken.ledger})."
        )
        self.stdout.write("Restart API and worker now. Everybody signs in again, as before.")

    def take(self, file: str) -> Manifest:
        if file != STREAM:
            return territory_import(file_in(file), advance=self.advance)
        with spooled(sys.stdin.buffer) as came:
            return territory_import(came, advance=self.advance)

    def advance(self, name: str, rows: int) -> None:
        if rows:
            self.stdout.write(f"  {name}: {rows}")
