"""A second territory in the same database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

OTHER = 2


@pytest.fixture
def elsewhere(settings) -> Callable[..., Any]:
    """Partitions for the other territory, and a way to act there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_make_territory(%s)", [OTHER])

    def act(what: Callable[..., Any], *given: Any, **named: Any) -> Any:
        settings.LEDGER_TERRITORY = OTHER
        try:
            return what(*given, **named)
        finally:
            settings.LEDGER_TERRITORY = 1

    return act
