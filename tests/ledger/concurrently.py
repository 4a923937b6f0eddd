"""Doing things at the same time, on real connections; and taking a guard away to see it missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.db import Error, connection

from marketplace.refusals import Refusal
from tests.at_once import all_at_once


def answers(acts: Iterable[Callable[[], Any]]) -> list[Any]:
    """What each act returned, or the Refusal or database error that it raised; all at once."""
    return all_at_once(*(partial(_answer, act) for act in acts))


def _answer(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except (Refusal, Error) as failure:
        return failure


def outcomes(results: Iterable[Any]) -> Counter[str]:
    """How many were posted, replayed, refused with which code, or broke with which error."""
    return Counter(_outcome(result) for result in results)


def _outcome(result: Any) -> str:
    if isinstance(result, Refusal):
        return result.code
    if isinstance(result, Exception):
        return type(result).__name__
    return "replayed" if result.replayed else "posted"


def weaken(function: str, *replacements: tuple[str, str]) -> None:
    """Replace pieces of a SQL function in this test's database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [function])
        (source,) = cursor.fetchone()
        for guard, nothing in replacements:
            assert guard in source, f"{function} has no {guard!r} to take away"
            source = source.replace(guard, nothing)
        cursor.execute(source)


def alter(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
