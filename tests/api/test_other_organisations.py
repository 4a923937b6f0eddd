"""What somebody of another organisation gets with real ids: nothing, and nothing has changed.

Each operation is called with ids of organisation A by the same role in organisation B, and where an
object is a person's own, by a colleague. A refusal must look the same as for an id that nobody has:
else it would tell what exists. The rightful person sends the same arguments and is let in, so that
a call that is refused for another reason is no proof.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from marketplace.people.actor import Actor
from marketplace.people.models import Organisation
from tests import tables
from tests.api.calls import (
    TAKES_NOTHING_OF_ANYBODY,
    Call,
    as_unknown,
    operations_with_real_ids,
)
from tests.api.operations import operations
from tests.api.undone import undone
from tests.graphql_client import codes_of

CALLS = operations_with_real_ids()
RIGHTFUL = [call for call in CALLS if call.rightful]
STRANGE = [call for call in CALLS if call.strangers]


def named(calls: list[Call]) -> list[str]:
    return [call.operation for call in calls]


def send(api: Any, world: Any, call: Call, who: str, given: dict[str, Any]) -> dict[str, Any]:
    with undone():
        return api(call.document(given), given, user=world.people[who])


def objects_in(answer: dict[str, Any]) -> list[Any]:
    """What an answer shows besides errors: a refusal shows nothing."""
    payload = next(iter((answer["data"] or {}).values()), None)
    if not isinstance(payload, dict):
        return [payload] if payload else []
    return [value for name, value in payload.items() if value and not name.endswith("rrors")]


def test_every_operation_is_called_by_a_stranger_or_takes_nothing_of_anybody():
    everything = {one.name for one in operations()}
    assert set(named(CALLS)) == everything
    assert set(named(STRANGE)) == everything - TAKES_NOTHING_OF_ANYBODY


def test_every_operation_is_called_by_who_may():
    assert set(named(RIGHTFUL)) == {one.name for one in operations()}


@pytest.mark.parametrize("call", RIGHTFUL, ids=named(RIGHTFUL))
def test_who_may_is_let_in(api, world, call):
    answer = send(api, world, call, call.rightful, call.given(world))
    assert codes_of(answer) == []
    assert answer["data"][call.operation] is not None


@pytest.mark.parametrize("call", STRANGE, ids=named(STRANGE))
def test_a_stranger_gets_nothing_and_changes_nothing(api, world, call):
    given = call.given(world)
    for stranger in call.strangers:
        answer = api(call.document(given), given, user=world.people[stranger])
        if call.refused_with is None:
            assert codes_of(answer) == []
        else:
            assert codes_of(answer), f"{stranger} was let in"
            assert set(codes_of(answer)) <= call.refused_with, stranger
            assert objects_in(answer) == []
    assert tables.contents() == world.contents


@pytest.mark.parametrize("call", STRANGE, ids=named(STRANGE))
def test_what_is_anothers_looks_like_what_is_not_there(api, world, call):
    given = call.given(world)
    nowhere = as_unknown(given)
    if given == nowhere or not call.looks_unknown:
        return
    for stranger in call.strangers:
        theirs = send(api, world, call, stranger, given)
        assert theirs == send(api, world, call, stranger, nowhere), stranger


LISTS = [call for call in STRANGE if call.refused_with is None]


@pytest.mark.parametrize("call", LISTS, ids=named(LISTS))
def test_a_stranger_sees_no_row_of_theirs(api, world, call):
    given = call.given(world)
    theirs = send(api, world, call, call.rightful, given)["data"][call.operation]
    assert theirs, "there is nothing to be seen"
    for stranger in call.strangers:
        seen = send(api, world, call, stranger, given)["data"][call.operation]
        assert not rows(theirs) & rows(seen), stranger


def rows(payload: Any) -> set[str]:
    """What a list is a list of, or the one object: by id, where it has one."""
    if isinstance(payload, dict) and "edges" in payload:
        payload = [edge["node"] for edge in payload["edges"]]
    objects = payload if isinstance(payload, list) else [payload] if payload else []
    return {one.get("id") or json.dumps(one, sort_keys=True) for one in objects}


WITHOUT_GUARD = ["listingWithdraw", "employmentEnd", "taskCancel", "fundRequestVote"]
UNGUARDED = [call for call in STRANGE if call.rightful and call.operation in WITHOUT_GUARD]


@pytest.mark.parametrize("call", UNGUARDED, ids=named(UNGUARDED))
def test_these_tests_would_see_a_guard_that_is_not_there(api, world, monkeypatch, call):
    """The twin: where everybody's organisation is everybody's, a stranger gets in and it shows."""
    everywhere = frozenset(Organisation.objects.values_list("pk", flat=True))
    monkeypatch.setattr(Actor, "organisations", lambda *_roles: everywhere)
    monkeypatch.setattr(Actor, "has", lambda *_roles, **_where: True)
    given = call.given(world)
    with undone():
        answer = api(call.document(given), given, user=world.people[call.strangers[0]])
        assert codes_of(answer) == []
        assert objects_in(answer)
        assert tables.contents() != world.contents
