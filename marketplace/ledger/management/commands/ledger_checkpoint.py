"""``ledger_checkpoint``: what the beat job does, by hand (after a bulk load, say)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from marketplace.ledger.checkpoints import LEAST_ENTRIES, checkpoint


class Command(BaseCommand):
    help = "Make checkpoints of the accounts with many entries since their last one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--least", type=int, default=LEAST_ENTRIES, help="how many are many")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{checkpoint(options['least'])} checkpoints made.")
