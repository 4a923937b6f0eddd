"""Who may call what: each operation of ours, for each role, for somebody without one, for nobody.

``role_table.csv`` is written by hand and is the rule; the code has to agree, over HTTP. An
operation that is not in the table fails. In a cell:

- ``yes``: the role may; with arguments that name nothing it is refused for that, if at all;
- ``own``: the role may in its own organisation or on its own objects only, and what it names here
  is neither;
- ``no``: refused, with NOT_SIGNED_IN for nobody and PERMISSION_DENIED for the others.

What somebody of *another* organisation gets with real ids is in ``test_other_organisations.py``.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model

from marketplace.people.models import ROLE_BELONGS_TO, Membership, Organisation, Role
from tests.api.operations import operations
from tests.graphql_client import codes_of

TABLE = Path(__file__).with_name("role_table.csv")
PEOPLE = ["nobody", "outsider", *(role.value for role in Role)]

pytestmark = pytest.mark.django_db


def table() -> dict[str, dict[str, str]]:
    with TABLE.open(newline="", encoding="utf-8") as file:
        return {row["operation"]: row for row in csv.DictReader(file)}


def person(name: str):
    """Somebody with one role, in an organisation of their own; an outsider has none."""
    if name == "nobody":
        return None
    user = get_user_model().objects.create_user(f"{name}@example.com", "password")
    if name != "outsider":
        organisation = Organisation.objects.create(kind=ROLE_BELONGS_TO[name], name=name)
        Membership.objects.create(
            user=user, organisation=organisation, role=name, since=date(2020, 1, 1)
        )
    return user


def test_every_operation_is_in_the_table_and_nothing_else():
    assert sorted(table()) == sorted(one.name for one in operations())


@pytest.mark.parametrize("who", PEOPLE)
def test_the_api_does_what_the_table_says(api, who):
    rows = table()
    user = person(who)
    found = {}
    calls = operations()
    answers = api.batch([(one.document, one.variables) for one in calls], user=user)
    for one, answer in zip(calls, answers, strict=True):
        codes = set(codes_of(answer))
        if codes & {"NOT_SIGNED_IN", "PERMISSION_DENIED"}:
            expected = "NOT_SIGNED_IN" if user is None else "PERMISSION_DENIED"
            assert codes == {expected}, one.name
            found[one.name] = "refused"
        else:
            assert "INTERNAL_ERROR" not in codes, one.name
            found[one.name] = "let in"
    wanted = {
        name: "let in" if row[who] == "yes" else "refused"
        for name, row in rows.items()
        if name in found
    }
    assert found == wanted


def test_the_table_says_what_the_code_says():
    for one in operations():
        row = table()[one.name]
        if one.access is None:
            continue
        for role in Role:
            allowed = one.access in (("*",), ("signed_in",)) or role.value in one.access
            assert (row[role.value] != "no") == allowed, (one.name, role)
