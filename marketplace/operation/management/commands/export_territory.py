"""``export_territory FILE``: this territory in one file, for ``import_territory`` elsewhere."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.operation.moving.telling import file_in, territory_export
from marketplace.refusals import Refusal


class Command(BaseCommand):
    help = "Write the territory (people, goods, orders, ledger, pictures) into one file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a new file")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        begun, into = time.monotonic(), file_in(file)
        try:
            made = territory_export(into, advance=self.advance)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        size = into.stat().st_size / 1e6
        self.stdout.write(
            f"Exported into {into}: {sum(made.rows.values())} rows, {size:.1f} MB, in "
            f"{time.monotonic() - begun:.1f} s. {made.transfers} transfers, ledger {made.ledger}."
        )
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
