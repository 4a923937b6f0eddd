"""Every operation, sound and broken, and no line of the log says anything of anybody.

What is sent holds what is private: e-mail addresses, passwords, tokens, why somebody is in need;
words of ours mark each text argument. The log is read as production writes it.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from marketplace.operation.logs import Json
from tests.api.bad_values import spoiled
from tests.api.calls import operations_with_real_ids
from tests.api.undone import undone
from tests.engine.installed import REGISTERED_BY, token_of
from tests.graphql_client import Api

MARK = "husband-ill-and-rent-due"
PASSWORD = "my-dearest-password-1"
NEED = "A treatment that nobody covers"
CALLS = [call for call in operations_with_real_ids() if call.rightful]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the root logger's handlers get, written as production writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Json())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def private(world: Any) -> set[str]:
    people = get_user_model().objects.values_list("email", flat=True)
    return {*people, MARK, PASSWORD, NEED}


def assert_nothing_private(log: io.StringIO, world: Any, *more: str) -> None:
    written = log.getvalue()
    assert written, "nothing was logged: nothing was tested"
    assert [one for one in private(world) | set(more) if one in written] == []


def marked(given: Any) -> Any:
    """The same arguments with our mark in every text that is no id."""
    if isinstance(given, dict):
        return {name: marked(value) for name, value in given.items()}
    if isinstance(given, list):
        return [marked(value) for value in given]
    return f"{given} {MARK}" if type(given) is str else given


def test_every_operation_rightly_called_and_marked(api, world, log):
    for call in CALLS:
        given = call.given(world)
        for variables in (given, marked(given)):
            with undone():
                api(call.document(given, depth=1), variables, user=world.people[call.rightful])
    assert len(lines(log)) >= 2 * len(CALLS)
    assert_nothing_private(log, world)


def test_every_operation_spoiled(api, world, log):
    for call in CALLS:
        given, user = marked(call.given(world)), world.people[call.rightful]
        document = call.document(given, depth=1)
        for bad in list(spoiled(call.kind, call.operation, given, []))[::7]:
            with undone():
                api(document, bad.variables, user=user)
    assert_nothing_private(log, world)


BREAK = {
    "fundRequestCreate": "ALTER TABLE solidarity_fund_fundrequest RENAME TO gone",
    "fundRequestFile": "ALTER TABLE solidarity_fund_fundrequest RENAME COLUMN description TO gone",
    "levyPledgeSet": "ALTER TABLE solidarity_fund_levypledge RENAME TO gone",
    "homeSet": "ALTER TABLE people_home RENAME TO gone",
}


@pytest.mark.parametrize("operation", BREAK)
def test_a_fault_of_ours_is_logged_with_its_place_and_without_anybodys_words(
    api, world, log, operation
):
    call = next(call for call in CALLS if call.operation == operation)
    with undone(), connection.cursor() as cursor:
        cursor.execute(BREAK[operation])
        answer = api(
            call.document(call.given(world), depth=1),
            call.given(world),
            user=world.people[call.rightful],
        )
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    (line,) = [one for one in lines(log) if one["level"] == "ERROR"]
    assert "reference" in line["message"]
    assert line["request_id"]
    assert line["errors"][0]["frames"]
    assert any("sqlstate" in one or "type" in one for one in line["errors"])
    assert_nothing_private(log, world)


LOGIN = """mutation($email: String!, $password: String!) {
  tokenCreate(email: $email, password: $password) { token accountErrors { message } } }"""


def test_signing_in_and_its_tokens(api, world, log):
    someone = world.people["employee"]
    someone.set_password(PASSWORD)
    token = token_of(someone)
    with undone():
        someone.save()
        for email, password in ((someone.email, PASSWORD), (someone.email, PASSWORD + "x")):
            api(LOGIN, {"email": email, "password": password})
        api(LOGIN, {"email": [someone.email], "password": {"is": PASSWORD}})
        api(LOGIN.replace("$email)", f'"{someone.email}"').replace("email: $", "email: "))
        api("{ me { email } }", token=token)
        api("{ me { email } }", token=token[:-4])
        api(f'{{ me {{ email "{PASSWORD}" ', token=token)
        api.client.get(f"/graphql/?query={token}&email={someone.email}")
        api.client.get(f"/reset/{someone.email}/{token}/")
        api.client.post("/graphql/", f"{someone.email} {PASSWORD}", content_type="application/json")
        api.client.post(f"/stripe/webhook/?{token}", PASSWORD, content_type="application/json")
    assert_nothing_private(log, world, token, token[:-4])


def test_the_request_of_each_line_is_told_by_route_and_fields_alone(api, world, log):
    api("query Anna_Rossi { hers: windowStamp }")
    (line,) = lines(log)
    assert (line["route"], line["method"], line["status"]) == ("api", "POST", 200)
    assert line["fields"] == ["windowStamp"]
    assert line["duration_ms"] > 0
    assert "Anna" not in log.getvalue()


REGISTER = """mutation($input: AccountRegisterInput!) {
  accountRegister(input: $input) { accountErrors { message } } }"""
NEW = "new.neighbour@example.com"


def register_where_the_table_refuses() -> None:
    """PostgreSQL quotes the whole row that breaks a constraint."""
    with undone(), connection.cursor() as cursor:
        # What the world's rows still have to be checked for would be in the way.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE account_user ADD CONSTRAINT none CHECK (false) NOT VALID")
        answer = Api()(REGISTER, {"input": {"email": NEW, "password": PASSWORD, **REGISTERED_BY}})
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"


def test_what_postgresql_quotes_is_not_logged(world, log):
    register_where_the_table_refuses()
    (line,) = [one for one in lines(log) if one["level"] == "ERROR"]
    assert {"type", "sqlstate", "constraint_name"} <= set(line["errors"][1])
    assert_nothing_private(log, world, NEW)


def test_twin_a_plain_formatter_logs_it(world):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logging.getLogger().addHandler(handler)
    try:
        register_where_the_table_refuses()
    finally:
        logging.getLogger().removeHandler(handler)
    assert NEW in written.getvalue()
