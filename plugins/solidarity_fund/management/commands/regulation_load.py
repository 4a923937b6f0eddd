from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from marketplace.refusals import Refusal
from plugins.solidarity_fund import regulations, selectors


class Command(BaseCommand):
    help = "Make a version of the Fund's Regolamento from a JSON file; safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--from", dest="valid_from", type=date.fromisoformat, default=None)

    def handle(self, *args: Any, path: Path, valid_from: date | None, **options: Any) -> None:
        try:
            made = regulations.regulation_load(
                fund=selectors.the_fund(),
                path=path,
                valid_from=valid_from or timezone.localdate(),
            )
        except OSError as missing:
            raise CommandError(f"Cannot read {path}: {missing.strerror}.") from missing
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"Version {made.version}, in force from {made.valid_from}.")
