"""The one-request purchase: what it does, what it refuses, and that a refusal changes nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.ledger.verification import verify
from marketplace.providers.models import ListingStatus, ProviderOrder
from marketplace.sales.models import Settlement
from marketplace.shop import catalogue
from tests.companies import factories as companies
from tests.shopping import DELIVERY_CENTS, PURCHASE, gid, give, purchase_input, variant

pytestmark = pytest.mark.django_db


def buy(api, town, variables, **who):
    return api.data(PURCHASE, variables, user=who.get("user", town.employee))["purchaseCreate"]


def test_a_purchase_pays_providers_fund_and_delivery(api, town):
    bought = buy(api, town, purchase_input("first-one", (town.honey, 2), (town.camp, 1)))
    assert bought["errors"] == []
    gross = 2 * 850 + 5000
    # 2 % of each provider's gross and 1 % from the company, each rounded half up.
    provider_levy, company_levy = 34 + 100, 17 + 50
    assert town.credit_left() == 20_000 - gross - DELIVERY_CENTS
    assert town.payable_cents(town.dairy) == 1700 - 34
    assert town.payable_cents(town.camps) == 5000 - 100
    assert town.fund_cents() == provider_levy + company_levy
    assert town.company_levy_cents() == -company_levy
    assert town.delivery_income_cents() == DELIVERY_CENTS
    assert bought["purchase"]["paid"]["amount"] == (gross + DELIVERY_CENTS) / 100
    assert bought["purchase"]["levy"]["amount"] == (provider_levy + company_levy) / 100
    assert [part["providerName"] for part in bought["purchase"]["parts"]] == [
        "Caseificio",
        "Campi estivi",
    ]


def unchanged(town) -> bool:
    """Not a cent moved, no order, no stock set aside."""
    from saleor.order.models import Order
    from saleor.warehouse.models import Allocation

    return (
        town.credit_left() == 20_000
        and town.fund_cents() == 0
        and not Order.objects.exists()
        and not Settlement.objects.exists()
        and not ProviderOrder.objects.exists()
        and not Allocation.objects.exists()
    )


def refusals(api, town, variables, **who) -> list[tuple[str, int | None]]:
    payload = buy(api, town, variables, **who)
    assert payload["purchase"] is None
    assert all(error["message"] for error in payload["errors"])
    return [(error["code"], error["line"]) for error in payload["errors"]]


def test_the_same_key_returns_the_same_purchase(api, town):
    wanted = purchase_input("one-and-only", (town.honey, 1))
    first = buy(api, town, wanted)
    second = buy(api, town, wanted)
    assert (first["replayed"], second["replayed"]) == (False, True)
    assert first["purchase"]["orderNumber"] == second["purchase"]["orderNumber"]
    assert town.credit_left() == 20_000 - 850 - DELIVERY_CENTS


def test_the_same_key_for_another_cart_is_refused(api, town):
    buy(api, town, purchase_input("one-and-only", (town.honey, 1)))
    assert refusals(api, town, purchase_input("one-and-only", (town.honey, 2))) == [
        ("IDEMPOTENCY_CONFLICT", None)
    ]
    assert town.credit_left() == 20_000 - 850 - DELIVERY_CENTS


def test_another_buyer_may_use_the_same_key(api, town):
    other = companies.employment(town.company).user
    give(town.company, town.plan, other, 5_000)
    buy(api, town, purchase_input("shared-key", (town.honey, 1)))
    bought = buy(api, town, purchase_input("shared-key", (town.honey, 1)), user=other)
    assert bought["errors"] == []
    assert not bought["replayed"]


@pytest.mark.parametrize(
    ("quantity", "code"),
    [(0, "INVALID_QUANTITY"), (-1, "INVALID_QUANTITY"), (51, "INVALID_QUANTITY")],
)
def test_a_quantity_out_of_bounds_is_refused(api, town, quantity, code):
    wanted = purchase_input("bad-quantity", (town.camp, 1), (town.honey, quantity))
    assert refusals(api, town, wanted) == [(code, 2)]
    assert unchanged(town)


def test_a_quantity_beyond_any_integer_is_refused_by_graphql(api, town):
    wanted = purchase_input("bad-quantity", (town.honey, 10_000_000_000))
    assert api.refused(PURCHASE, wanted, user=town.employee) == ["INVALID_QUERY"]
    assert unchanged(town)


def test_more_than_there_is_in_stock_is_refused_by_line(api, town):
    scarce = variant(town.dairy, "Scarce", 100, warehouse=town.warehouse, stock=3)
    wanted = purchase_input("scarce-thing", (town.honey, 1), (scarce, 4))
    assert refusals(api, town, wanted) == [("OUT_OF_STOCK", 2)]
    assert unchanged(town)


def test_a_line_outside_the_plan_is_refused_by_name(api, town):
    ticket = variant(town.camps, "Bus ticket", 3500, warehouse=town.warehouse, code="d-bis")
    wanted = purchase_input("outside-plan", (town.honey, 1), (ticket, 1))
    payload = buy(api, town, wanted)
    assert [(e["code"], e["line"]) for e in payload["errors"]] == [("LINE_OUTSIDE_PLAN", 2)]
    assert "Bus ticket" in payload["errors"][0]["message"]
    assert unchanged(town)


def test_too_little_credit_is_refused(api, town):
    wanted = purchase_input("too-much", (town.camp, 4), (town.honey, 1))
    assert refusals(api, town, wanted) == [("INSUFFICIENT_CREDIT", None)]
    assert unchanged(town)


def test_an_article_that_is_not_on_sale_is_refused(api, town):
    hidden = variant(
        town.dairy, "Hidden", 100, warehouse=town.warehouse, status=ListingStatus.WITHDRAWN.value
    )
    assert refusals(api, town, purchase_input("hidden-thing", (hidden, 1))) == [("NOT_ON_SALE", 1)]
    assert unchanged(town)


def test_an_unpublished_product_is_refused_though_it_is_listed(api, town):
    catalogue.products_unpublish([town.honey.product_id])
    wanted = purchase_input("unpublished", (town.honey, 1))
    assert refusals(api, town, wanted) == [("NOT_ON_SALE", 1)]
    assert unchanged(town)


def test_delivery_outside_the_territory_is_refused(api, town):
    wanted = purchase_input("far-away", (town.honey, 1), address={"city": "Palermo"})
    assert refusals(api, town, wanted) == [("OUTSIDE_TERRITORY", None)]
    assert unchanged(town)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"walletId": "nonsense"}, "INVALID_ID"),
        ({"walletId": gid("Wallet", 999_999)}, "NOT_FOUND"),
        ({"deliveryMethod": "by_drone"}, "DELIVERY_NOT_AVAILABLE"),
        ({"idempotencyKey": "short"}, "INVALID_KEY"),
        ({"lines": []}, "EMPTY_CART"),
        (
            {"lines": [{"variantId": gid("ProductVariant", 999_999), "quantity": 1}]},
            "UNKNOWN_VARIANT",
        ),
        ({"lines": [{"variantId": gid("Product", 1), "quantity": 1}]}, "INVALID_ID"),
    ],
)
def test_bad_input_is_refused_with_a_code(api, town, change, code):
    wanted = purchase_input("bad-input", (town.honey, 1))
    wanted["input"].update(change)
    assert [found for found, _line in refusals(api, town, wanted)] == [code]
    assert unchanged(town)


def test_somebody_elses_wallet_does_not_exist_for_me(api, town):
    other = companies.employment(town.company).user
    theirs = give(town.company, town.plan, other, 5_000)
    wanted = purchase_input("their-wallet", (town.honey, 1), walletId=gid("Wallet", theirs))
    assert refusals(api, town, wanted) == [("NOT_FOUND", None)]


def test_nobody_buys_nothing(api, town):
    assert api.refused(PURCHASE, purchase_input("nobody-here", (town.honey, 1))) == [
        "NOT_SIGNED_IN"
    ]
    assert unchanged(town)


def test_every_line_that_a_gate_refuses_is_named(api, town):
    one = variant(town.camps, "One", 100, warehouse=town.warehouse, code="d-bis")
    two = variant(town.camps, "Two", 100, warehouse=town.warehouse, code="c3")
    wanted = purchase_input("two-outside", (one, 1), (town.honey, 1), (two, 1))
    assert refusals(api, town, wanted) == [("LINE_OUTSIDE_PLAN", 1), ("LINE_OUTSIDE_PLAN", 3)]


def test_the_ledger_is_whole_after_all_that(api, town):
    buy(api, town, purchase_input("whole-ledger", (town.honey, 3), (town.camp, 1)))
    assert verify() == []


def statements(api, town, key, *lines) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert buy(api, town, purchase_input(key, *lines))["errors"] == []
    return len(captured)


def test_statements_do_not_grow_with_lines_of_the_same_providers(api, town):
    more = [(variant(town.dairy, f"More {n}", 100, warehouse=town.warehouse), 1) for n in range(8)]
    statements(api, town, "warm-up-1", (town.honey, 1))
    two = statements(api, town, "two-lines", (town.honey, 1), (town.camp, 1))
    ten = statements(api, town, "ten-lines", (town.honey, 1), (town.camp, 1), *more)
    assert two <= 60
    assert ten <= two + 1
