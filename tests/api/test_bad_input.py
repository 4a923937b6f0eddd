"""Bad input gets a code and a sentence, and changes nothing.

Which test sends which bad input is in ``WHERE``, and a test that is named there exists. What no
list of cases thinks of comes out of the schema: every argument of every operation of ours, real but
for one value, which is each in its turn what its type allows and no column holds.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests import tables
from tests.api.bad_values import LONG, Spoiled, spoiled
from tests.api.calls import operations_with_real_ids
from tests.graphql_client import codes_of

TESTS = Path(__file__).parents[1]
ENDPOINT, HERE = "api/test_endpoint.py", "api/test_bad_checkouts.py"
PATHS, PURCHASES, STEPS = (
    f"welfare_wallet/test_{name}.py" for name in ("payment_paths", "purchases", "steps")
)
WHERE = {
    "somebody else's hold": [
        (STEPS, "test_somebody_elses_hold_pays_nothing"),
        (STEPS, "test_somebody_elses_checkout_cannot_be_completed_or_held"),
    ],
    "a used hold": [(STEPS, "test_a_used_hold_pays_no_second_checkout")],
    "an expired hold": [(STEPS, "test_an_expired_hold_pays_nothing_and_its_money_is_back")],
    "a wrong amount": [
        (STEPS, "test_another_amount_is_refused_by_saleor"),
        (STEPS, "test_a_cart_that_grew_after_the_hold_is_refused"),
        (PATHS, "test_the_gateway_refuses_another_amount_or_currency"),
    ],
    "another currency": [
        (PATHS, "test_the_gateway_refuses_another_amount_or_currency"),
        (HERE, "test_a_checkout_in_another_currency_gets_no_hold"),
    ],
    "zero and negative quantities": [
        (PURCHASES, "test_a_quantity_out_of_bounds_is_refused"),
        (HERE, "test_a_quantity_that_is_none_makes_no_checkout"),
        (HERE, "test_a_checkout_without_lines_gets_no_hold"),
    ],
    "a product of a lapsed provider": [
        (HERE, "test_a_lapsed_providers_product_is_not_bought"),
        (HERE, "test_a_lapsed_providers_product_gets_no_hold"),
        (HERE, "test_an_adhesion_that_ends_after_the_hold_stops_the_order"),
    ],
    "a line outside the plan": [
        (PURCHASES, "test_a_line_outside_the_plan_is_refused_by_name"),
        (HERE, "test_a_line_outside_the_plan_gets_no_hold"),
    ],
    "too little credit": [
        (PURCHASES, "test_too_little_credit_is_refused"),
        (STEPS, "test_too_little_credit_is_refused_before_the_hold"),
    ],
    "an unknown id": [
        (PURCHASES, "test_bad_input_is_refused_with_a_code"),
        (HERE, "test_an_unknown_checkout_or_wallet_gets_no_hold"),
        ("api/test_bad_input.py", "test_a_spoiled_argument_is_refused_or_harmless"),
    ],
    "a malformed token": [
        (ENDPOINT, "test_a_token_that_does_not_hold_is_refused"),
        (STEPS, "test_a_token_that_is_no_hold_pays_nothing"),
    ],
    "a 10 MB query": [(ENDPOINT, "test_a_query_of_ten_megabytes_is_refused_unread")],
    "a query nested 50 deep": [(ENDPOINT, "test_a_query_nested_deep_is_refused")],
}


@pytest.mark.parametrize("what", WHERE)
def test_every_bad_input_has_its_test(what):
    for file, name in WHERE[what]:
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        assert name in {getattr(node, "name", None) for node in ast.walk(tree)}, (file, name)


CALLS = [call for call in operations_with_real_ids() if call.rightful]


LONGEST_SENTENCE = 1_000


def ids_of_other_kinds(world: Any) -> list[str]:
    return [world[name] for name in ("company", "wallet", "draft_request", "checkout", "variant")]


@pytest.mark.parametrize("call", CALLS, ids=[call.operation for call in CALLS])
def test_a_spoiled_argument_is_refused_or_harmless(api, world, call):
    user = world.people[call.rightful]
    given = call.given(world)
    document = call.document(given, depth=1)
    wrong = []
    for bad in spoiled(call.kind, call.operation, given, ids_of_other_kinds(world)):
        with transaction.atomic():
            answer = api(document, bad.variables, user=user)
            wrong += [f"{bad}: {why}" for why in faults(api.status, answer, bad)]
            # What was refused stays, so that whatever it has changed is seen at the end.
            transaction.set_rollback(not codes_of(answer) or bool(wrong))
    assert not wrong, "\n".join(wrong)
    assert tables.contents() == world.contents, "what was refused has changed something"


def faults(status: int, answer: dict[str, Any], bad: Spoiled) -> Iterator[str]:
    """What is wrong with an answer: the server's fault, no code, no sentence, or all of it kept."""
    if status >= 500:
        yield f"HTTP {status}"
    if "Traceback" in json.dumps(answer):
        yield "a stack trace"
    for code in codes_of(answer):
        if code == "INTERNAL_ERROR" or not re.fullmatch("[A-Z]+(_[A-Z]+)*", code):
            yield code
    if not all(error["message"].strip() for error in errors_of(answer)):
        yield "a refusal without a sentence"
    if any(len(error["message"]) > LONGEST_SENTENCE for error in errors_of(answer)):
        yield "a refusal that repeats everything"
    if LONG in str(bad.value) and not codes_of(answer):
        yield from (f"{table} keeps it all" for table in tables.with_rows_over(len(LONG)))


def errors_of(answer: dict[str, Any]) -> list[Any]:
    payloads = [one for one in (answer.get("data") or {}).values() if isinstance(one, dict)]
    return [
        *(one for one in answer.get("errors", ()) if not is_graphqls(one)),
        *(error for payload in payloads for error in payload.get("errors") or ()),
    ]


def is_graphqls(error: dict[str, Any]) -> bool:
    """GraphQL's own refusal of a variable repeats it, whatever its length."""
    return error["extensions"]["code"] == "INVALID_QUERY"
