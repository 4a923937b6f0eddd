"""A WSGI application that says, in a header of each answer, how many SQL statements it took.

Both sides are served through it. Statements are those that Django sends, savepoints included, BEGIN
and COMMIT not.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db import connection

HEADER = "X-SQL-Statements"

module, _dot, name = settings.WSGI_APPLICATION.rpartition(".")
# By import_module, as a WSGI server does: Saleor's package of that name sets Django up.
counted = getattr(importlib.import_module(module), name)


class Counter:
    """Stands between Django and the database for one request."""

    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        return execute(sql, params, many, context)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    counter = Counter()

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, (HEADER, str(counter.statements))], *more)

    with connection.execute_wrapper(counter):
        return counted(environ, start)
