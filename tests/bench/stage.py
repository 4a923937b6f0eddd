"""Databases and servers that the measurements share: made when one first asks, gone at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property

from django.conf import settings
from django.db import connection, connections
from django.test.utils import override_settings

from tests import databases
from tests.bench import history, world
from tests.bench.servers import BARE, OURS, Server, serving
from tests.bench.table import Scale


class Stage:
    """While entered, Django is connected to our side's database."""

    def __init__(self, scale: Scale, say: Callable[[str], None]) -> None:
        self.scale = scale
        self.say = say

    def __enter__(self) -> Stage:
        with ExitStack() as cleanup:
            media = cleanup.enter_context(
                tempfile.TemporaryDirectory(prefix="bench-media-", dir=settings.DATA)
            )
            cleanup.enter_context(override_settings(MEDIA_ROOT=media))
            self.say("filling a shop")
            # Nobody is connected to this one from here on: it is what the others are copied from.
            self._pristine = cleanup.enter_context(databases.cloned("bench_world"))
            self.world = world.fill()
            history.open_wallets()
            history.grow(self.world, self.scale.few_entries, self.say)
            self._cleanup = cleanup.pop_all()
            self.database = self._copy("bench_ours")
            self._cleanup.enter_context(databases.pointed_at(self.database))
        return self

    def __exit__(self, *raised: object) -> None:
        self._cleanup.close()

    def _copy(self, purpose: str) -> str:
        connections.close_all()
        return self._cleanup.enter_context(databases.copied(self._pristine, purpose))

    @cached_property
    def sides(self) -> dict[str, Server]:
        """Both sides' servers: ``OURS`` and ``BARE``."""
        sides = {OURS: (OURS, self.database), BARE: (BARE, self._copy("bench_bare"))}
        self.say("starting both sides' servers")
        return self._cleanup.enter_context(serving(sides, self.scale.workers))

    @cached_property
    def long_database(self) -> str:
        """A copy of our side's database with the long history on top."""
        name = self._copy("bench_long")
        with databases.pointed_at(name):
            history.grow(self.world, self.scale.entries - self.scale.few_entries, self.say)
        return name

    @cached_property
    def long_server(self) -> Server:
        """Our side over the long history."""
        sides = {"long": (OURS, self.long_database)}
        return self._cleanup.enter_context(serving(sides, self.scale.workers))["long"]

    def postgres_version(self) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            return str(cursor.fetchone()[0])
