from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.refusals import Refusal
from marketplace.territory.services import comuni_load


class Command(BaseCommand):
    help = "Load ambiti and comuni from a CSV (ambito,comune,cap,lat,lon); safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("csv_path", type=Path)

    def handle(self, *args: Any, csv_path: Path, **options: Any) -> None:
        try:
            loaded = comuni_load(csv_path)
        except OSError as missing:
            raise CommandError(
                f"Cannot read {csv_path}: {missing.strerror}. Check the path."
            ) from missing
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"{loaded.created} comuni made, {loaded.changed} changed.")
