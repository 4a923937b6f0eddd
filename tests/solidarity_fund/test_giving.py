"""What a person's own orders gave to the Fund, by month, net of what went back."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.providers.models import ProviderOrder
from marketplace.sales.reversals import Cause, provider_order_refund
from plugins.solidarity_fund.models import Levy
from tests import shopping
from tests.companies import factories as companies

GIVING = """{ myFundGiving { total { amount } months { month orders total { amount }
  fromProvider { amount } fromCompany { amount } fromEmployee { amount } } } }"""


def buy(api, town, key, *lines):
    wanted = shopping.purchase_input(key, *lines)
    assert not api.data(shopping.PURCHASE, wanted, user=town.employee)["purchaseCreate"]["errors"]
    return ProviderOrder.objects.latest("pk").order_id


def test_by_month_and_through_whom(api, town):
    first = buy(api, town, "of-september", (town.honey, 2), (town.camp, 1))
    buy(api, town, "of-november", (town.camp, 1))
    Levy.objects.filter(order_id=first).update(on=date(2026, 9, 30))
    Levy.objects.exclude(order_id=first).update(on=date(2026, 11, 1))
    part = ProviderOrder.objects.get(order_id=first, provider=town.camps)
    provider_order_refund(provider_order_id=part.pk, key="all", cause=Cause("It rained"))
    given = api.data(GIVING, user=town.employee)["myFundGiving"]
    # 2 % of the provider's and 1 % of the company's: of the honey's 17 euro, of the camp's 50.
    assert given["total"] == {"amount": 0.51 + 1.5}
    september, november = given["months"]
    assert (september["month"], september["orders"]) == ("2026-09-01", 1)
    assert september["total"] == {"amount": 0.51}
    assert (november["month"], november["total"]) == ("2026-11-01", {"amount": 1.5})
    assert november["fromProvider"] == {"amount": 1.0}
    assert november["fromCompany"] == {"amount": 0.5}
    assert november["fromEmployee"] == {"amount": 0.0}


def test_nothing_of_others_and_nothing_without_orders(api, town):
    buy(api, town, "one-purchase", (town.honey, 1))
    colleague = companies.employment(town.company).user
    assert api.data(GIVING, user=colleague)["myFundGiving"] == {
        "total": {"amount": 0.0},
        "months": [],
    }
    assert api.refused(GIVING) == ["NOT_SIGNED_IN"]


def test_many_orders_cost_the_statements_of_few(api, town):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            api.data(GIVING, user=town.employee)
        return len(captured)

    buy(api, town, "one-purchase", (town.honey, 1))
    one = statements()
    for number in range(3):
        buy(api, town, f"purchase-{number}", (town.honey, 1))
    assert statements() == one
