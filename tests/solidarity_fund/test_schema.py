"""What anybody, a buyer and nobody read of the levy through the API."""

from __future__ import annotations

import pytest
from django.utils import timezone

from marketplace.api.entities import to_global
from marketplace.ledger.accounts import account
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, post
from marketplace.people.models import OrganisationKind
from plugins.solidarity_fund import levies
from plugins.solidarity_fund.accounts import fund_account_id
from tests.solidarity_fund import factories

pytestmark = pytest.mark.django_db

FUND = "{ fund { name balance { amount currency } policy { providerBps companyBps } } }"
ORDER = """query($id: ID!) { orderLevy(orderId: $id) { total { amount } givenBack { amount }
  shares { providerName base { amount } fromProvider { amount } fromCompany { amount }
    total { amount } policy { validFrom } } } }"""


@pytest.fixture
def fund():
    return factories.fund()


def test_anybody_reads_the_fund(api, fund):
    factories.policy(fund, 300, 100, valid_from=timezone.localdate())
    world = account(AccountKind.WORLD, 0)
    post(
        kind="gift",
        key="a gift",
        legs=[Leg(world, -12_345), Leg(fund_account_id(fund.pk), 12_345)],
    )
    assert api.data(FUND)["fund"] == {
        "name": "Fondo di Solidarietà",
        "balance": {"amount": 123.45, "currency": "EUR"},
        "policy": {"providerBps": 300, "companyBps": 100},
    }


def test_before_there_is_a_fund_nothing_pretends_so(api):
    assert api.refused(FUND) == ["FUND_MISSING"]


def order(fund, buyer, providers: int) -> str:
    ids = [factories.organisation(OrganisationKind.PROVIDER).pk for _ in range(providers)]
    sale = factories.sale(*((pk, 10_000) for pk in ids), user_id=buyer.pk)
    placed = factories.placed(sale, levies.levy_of(sale))
    levies.recorder.order_placed(placed)
    return to_global("Order", placed.order_id)


def test_the_buyer_sees_what_the_order_gave(api, fund):
    factories.policy(fund, 300, 100)
    buyer = factories.employee()
    levy = api.data(ORDER, {"id": order(fund, buyer, 2)}, user=buyer)["orderLevy"]
    assert levy["total"] == {"amount": 8.0}
    assert levy["givenBack"] == {"amount": 0.0}
    assert [share["fromProvider"]["amount"] for share in levy["shares"]] == [3.0, 3.0]


def test_somebody_elses_order_looks_like_no_order(api, fund):
    factories.policy(fund)
    theirs = order(fund, factories.employee(), 1)
    me = factories.employee()
    assert api.data(ORDER, {"id": theirs}, user=me) == {"orderLevy": None}
    assert api.data(ORDER, {"id": to_global("Order", 999)}, user=me) == {"orderLevy": None}
    assert api.refused(ORDER, {"id": theirs}) == ["NOT_SIGNED_IN"]
    assert api.refused(ORDER, {"id": to_global("Fund", 1)}, user=me) == ["INVALID_ID"]


def test_an_order_of_many_providers_costs_what_one_of_one_does(api, fund):
    factories.policy(fund)
    buyer = factories.employee()

    def statements(providers: int) -> int:
        return api.cost(ORDER, {"id": order(fund, buyer, providers)}, user=buyer)

    assert statements(1) == statements(6)
