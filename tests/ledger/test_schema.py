"""What an operator reads of the ledger through the API; nobody else reads it."""

from datetime import date

import pytest
from django.contrib.auth import get_user_model

from marketplace.api.entities import to_global
from marketplace.people.models import Membership, Organisation, OrganisationKind, Role
from tests.ledger.factories import budget, fund, give, lot, provider, spend
from tests.ledger.test_verification import tamper

pytestmark = pytest.mark.django_db

VERIFICATION = "{ ledgerVerification { code subject detail } }"
ACCOUNTS = """query ($kind: String!) {
    ledgerAccounts(kind: $kind, first: 10) { edges { node { id kind holderId } } totalCount }
}"""
STATEMENT = """query ($account: ID!, $first: Int!, $after: String) {
    ledgerAccountStatement(account: $account, first: $first, after: $after) {
        totalCount
        pageInfo { hasNextPage endCursor }
        edges { node {
            id kind reference amount { amount currency } balance { amount }
            account { id kind }
        } }
    }
}"""


def person(role: str):
    user = get_user_model().objects.create_user(f"{role}@example.com", "password")
    kind = OrganisationKind.OPERATOR if role == Role.OPERATOR else OrganisationKind.COMPANY
    Membership.objects.create(
        user=user,
        organisation=Organisation.objects.create(kind=kind, name=role),
        role=role,
        since=date(2020, 1, 1),
    )
    return user


@pytest.fixture
def operator():
    return person(Role.OPERATOR)


def test_verification_of_a_sound_and_of_a_broken_ledger(api, operator):
    account_id = budget(500)
    assert api.data(VERIFICATION, user=operator) == {"ledgerVerification": []}
    tamper(f"UPDATE ledger_balance SET cents = 7 WHERE account_id = {account_id}")
    assert api.data(VERIFICATION, user=operator)["ledgerVerification"] == [
        {
            "code": "BALANCE_WRONG",
            "subject": f"account {account_id}",
            "detail": "company_budget of 1: balance row has 7 cents, entries sum to 500",
        }
    ]


def test_accounts_of_a_kind(api, operator):
    account_id = fund(3)
    found = api.data(ACCOUNTS, {"kind": "fund"}, user=operator)["ledgerAccounts"]
    assert found == {
        "totalCount": 1,
        "edges": [
            {
                "node": {
                    "id": to_global("LedgerAccount", account_id),
                    "kind": "fund",
                    "holderId": "3",
                }
            }
        ],
    }


def read_statement(api, operator, account_id: int, first: int, after: str | None = None):
    variables = {"account": to_global("LedgerAccount", account_id), "first": first, "after": after}
    return api.data(STATEMENT, variables, user=operator)["ledgerAccountStatement"]


def test_statement_in_pages(api, operator):
    lot(7, 1000)
    for cents in (100, 50, 25):
        spend(7, cents)
    first = read_statement(api, operator, provider(), 2)
    assert first["totalCount"] == 3
    assert [
        (edge["node"]["kind"], edge["node"]["amount"]["amount"], edge["node"]["balance"]["amount"])
        for edge in first["edges"]
    ] == [("purchase", 0.25, 1.75), ("purchase", 0.5, 1.5)]
    second = read_statement(api, operator, provider(), 2, first["pageInfo"]["endCursor"])
    assert [edge["node"]["balance"]["amount"] for edge in second["edges"]] == [1.0]
    assert second["pageInfo"]["hasNextPage"] is False
    ids = [edge["node"]["id"] for edge in first["edges"] + second["edges"]]
    assert len(set(ids)) == 3


def test_statement_costs_the_same_whatever_its_length(api, operator):
    asked = {"account": to_global("LedgerAccount", fund()), "first": 100}
    costs = []
    for _ in range(2):
        for _ in range(10):
            give(fund(), 5)
        costs.append(api.cost(STATEMENT, asked, user=operator))
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (to_global("LedgerAccount", 999_999), "NOT_FOUND"),
        (to_global("Fund", 1), "INVALID_ID"),
        ("nonsense", "INVALID_ID"),
    ],
)
def test_statement_of_what_is_no_account(api, operator, account, code):
    assert api.refused(STATEMENT, {"account": account, "first": 1}, user=operator) == [code]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OPERATOR])
def test_nobody_else_reads_it(api, role):
    user = person(role)
    account = to_global("LedgerAccount", fund())
    assert api.refused(VERIFICATION, user=user) == ["PERMISSION_DENIED"]
    assert api.refused(ACCOUNTS, {"kind": "fund"}, user=user) == ["PERMISSION_DENIED"]
    assert api.refused(STATEMENT, {"account": account, "first": 1}, user=user) == [
        "PERMISSION_DENIED"
    ]


def test_who_is_not_signed_in_is_told_so(api):
    assert api.refused(VERIFICATION) == ["NOT_SIGNED_IN"]
