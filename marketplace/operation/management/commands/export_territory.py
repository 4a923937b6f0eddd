"""``export_territory FILE``: this territory in one file, for ``import_territory`` elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from marketplace.operation.moving.archive import Manifest
from marketplace.operation.moving.refusals import faults_said
from marketplace.operation.moving.telling import file_in, territory_export
from marketplace.refusals import Refusal

STREAM = "-"


class Command(BaseCommand):
    help = "Write the territory (people, goods, orders, ledger, pictures) into one file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a new file; - is standard output")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        begun = time.monotonic()
        if file == STREAM:
            # What is said on standard output would be in the middle of the file.
            self.stdout = OutputWrapper(sys.stderr)
        try:
            made = self.export(file)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"Exported into {'standard output' if file == STREAM else file_in(file)}: "
            f"{sum(made.rows.values())} rows, in {time.monotonic() - begun:.1f} s. "
            f"{made.transfers} transfers, ledger {made.ledger}."
        )
        self.say_what_to_know(made)

    def export(self, file: str) -> Manifest:
        if file != STREAM:
            return territory_export(file_in(file), advance=self.advance)
        with faults_said(), open(1, "wb", closefd=False) as out:
            return territory_export(out, advance=self.advance)

    def say_what_to_know(self, made: Manifest) -> None:
        self.stdout.write(
            "It holds names, addresses and password hashes: keep it safe, and delete it afterwards."
        )
        if made.keys:
            self.stdout.write(
                "The keys that read what is encrypted are not in it. Their fingerprints: "
                f"{', '.join(made.keys)}; put the keys into WELFAREPIU_ENCRYPTION_KEYS where it is "
                "imported."
            )
        if made.missing_files:
            self.stdout.write(f"{made.missing_files} pictures were not there to be taken along.")
        for table, count in made.left.items():
            self.stdout.write(f"Not taken along: {table} ({count}).")

    def advance(self, name: str, rows: int) -> None:
        if rows:
            self.stdout.write(f"  {name}: {rows}")
