from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.urls import URLPattern, get_resolver


def named(patterns: Any, spaces: str = "", route: str = "") -> Iterator[dict[str, str]]:
    """Every named address below: ``name`` with its room, ``route`` with its arguments."""
    for one in patterns:
        here = route + str(one.pattern)
        if isinstance(one, URLPattern):
            # One without a name is visited too: its address stands for it.
            yield {"name": f"{spaces}{one.name or here}", "route": f"/{here}"}
        else:
            space = f"{spaces}{one.namespace}:" if one.namespace else spaces
            yield from named(one.url_patterns, space, here)


class Command(BaseCommand):
    help = "Print every page's name and address, a line of JSON each: what the journeys visit."

    def handle(self, *args: Any, **options: Any) -> None:
        for one in named(get_resolver().url_patterns):
            self.stdout.write(json.dumps(one))
