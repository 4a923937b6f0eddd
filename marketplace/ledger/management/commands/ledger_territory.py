"""``ledger_territory``: make the partitions of a territory, where they do not exist yet."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from marketplace.ledger.database import fetch_one


class Command(BaseCommand):
    help = "Make the ledger's partitions of a territory, each with its guards."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help="of the territory, from 1")

    def handle(self, *args: Any, **options: Any) -> None:
        fetch_one("SELECT ledger_make_territory(%s)", [options["number"]])
        self.stdout.write(f"The ledger has partitions for territory {options['number']}.")
