"""The preview of a purchase says what the purchase would do, and writes nothing."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.providers.models import Listing, ListingStatus
from marketplace.shop import catalogue
from tests import tables
from tests.companies import factories as companies
from tests.shopping import ADDRESS, DELIVERY_CENTS, PURCHASE, gid, give, purchase_input, variant
from tests.welfare_wallet.test_budgets import limit

pytestmark = pytest.mark.django_db

PREVIEW = """query($input: PurchasePreviewInput!) { purchasePreview(input: $input) {
  lines { number variantId quantity productName unitPrice { amount } total { amount }
    listing { slug categoryCode availableQuantity provider { id name } }
    refusals { code line message } }
  parts { providerId total { amount } levy { amount } }
  refusals { code line message field }
  needsDelivery deliveryOptions { method price { amount } }
  delivery { amount } total { amount } levy { amount } gift { amount } due { amount }
  walletId credit { amount } creditMissing { amount } paidFrom { amount { amount } expiresOn }
  meters { code limit { amount } spent { amount } left { amount } inCart { amount } } } }"""


def wanted(*lines, method="sfa_delivery", city=ADDRESS["city"], **more):
    asked = [
        {"variantId": gid("ProductVariant", getattr(v, "pk", v)), "quantity": n} for v, n in lines
    ]
    return {"input": {"lines": asked, "deliveryMethod": method, "city": city, **more}}


def preview(api, town, *lines, user=None, **more):
    given = wanted(*lines, **more)
    return api.data(PREVIEW, given, user=user or town.employee)["purchasePreview"]


def against(shown) -> list[tuple[str, int | None]]:
    return [(one["code"], one["line"]) for one in shown["refusals"]]


def test_what_it_says_is_what_the_purchase_does(api, town):
    lines = ((town.honey, 2), (town.camp, 1))
    shown = preview(api, town, *lines)
    assert shown["refusals"] == []
    bought = api.data(PURCHASE, purchase_input("as-was-said", *lines), user=town.employee)
    purchase = bought["purchaseCreate"]["purchase"]
    assert shown["total"] == {"amount": purchase["paid"]["amount"]}
    assert shown["levy"] == purchase["levy"]
    assert shown["delivery"] == purchase["delivery"] == {"amount": DELIVERY_CENTS / 100}
    assert [(p["total"], p["levy"]) for p in shown["parts"]] == [
        (p["total"], p["levy"]) for p in purchase["parts"]
    ]
    assert shown["credit"]["amount"] - shown["due"]["amount"] == town.credit_left() / 100


def test_it_names_the_credit_that_would_pay_earliest_expiry_first(api, town):
    give(town.company, town.plan, town.employee, 1_000, days=5)
    shown = preview(api, town, (town.honey, 2), method="pick_up")
    assert [lot["amount"]["amount"] for lot in shown["paidFrom"]] == [10.0, 7.0]
    assert shown["paidFrom"][0]["expiresOn"] < shown["paidFrom"][1]["expiresOn"]


def test_it_writes_nothing(api, town):
    # The Fund's account is opened with the first levy there is.
    api.data(PURCHASE, purchase_input("the-first-of-all", (town.honey, 1)), user=town.employee)
    before = tables.contents()
    preview(api, town, (town.honey, 2), (town.camp, 1))
    assert tables.contents() == before


def test_all_that_stands_against_a_cart_is_said_at_once_line_by_line(api, town):
    scarce = variant(town.dairy, "Scarce", 100, warehouse=town.warehouse, stock=3)
    ticket = variant(town.camps, "Ticket", 3500, warehouse=town.warehouse, code="d-bis")
    gone = variant(
        town.dairy, "Gone", 100, warehouse=town.warehouse, status=ListingStatus.WITHDRAWN.value
    )
    limit(town, "f", 500)
    shown = preview(
        api,
        town,
        (999_999, 1),
        (scarce, 4),
        (town.honey, 10_000),
        (gone, 1),
        (ticket, 1),
        (888_888, 2),
        (town.honey, 1),
        (town.camp, 4),
        city="Palermo",
    )
    assert against(shown) == [
        ("OUTSIDE_TERRITORY", None),
        ("INSUFFICIENT_CREDIT", None),
        ("UNKNOWN_VARIANT", 1),
        ("OUT_OF_STOCK", 2),
        ("INVALID_QUANTITY", 3),
        ("NOT_ON_SALE", 4),
        ("LINE_OUTSIDE_PLAN", 5),
        ("UNKNOWN_VARIANT", 6),
        ("DUPLICATE_LINE", 7),
    ]
    for line in shown["lines"]:
        assert all(one["line"] == line["number"] for one in line["refusals"])
        assert all(f"Line {line['number']}" in one["message"] for one in line["refusals"])
    assert [line["productName"] for line in shown["lines"]] == [
        None, "Scarce", "Honey", "Gone", "Ticket", None, "Honey", "Camp",
    ]  # fmt: skip
    assert shown["lines"][3]["listing"] is None
    too_many = shown["lines"][2]
    assert (too_many["unitPrice"], too_many["total"]) == ({"amount": 8.5}, None)


def test_a_line_with_an_id_of_nothing_is_said_to_be_unknown(api, town):
    given = wanted((town.honey, 1))
    given["input"]["lines"].append({"variantId": "nonsense", "quantity": 1})
    shown = api.data(PREVIEW, given, user=town.employee)["purchasePreview"]
    assert against(shown) == [("UNKNOWN_VARIANT", 2)]


def test_a_gates_refusal_names_the_line_of_the_cart_asked_about(api, town):
    ticket = variant(town.camps, "Ticket", 3500, warehouse=town.warehouse, code="d-bis")
    shown = preview(api, town, (999_999, 1), (town.honey, 1), (ticket, 1))
    assert against(shown) == [("UNKNOWN_VARIANT", 1), ("LINE_OUTSIDE_PLAN", 3)]


def test_the_meters_show_what_the_cart_would_add(api, town):
    limit(town, "f", 5000)
    api.data(PURCHASE, purchase_input("bought-before", (town.honey, 1)), user=town.employee)
    (meter,) = preview(api, town, (town.honey, 2), (town.camp, 1))["meters"]
    assert meter == {
        "code": "f",
        "limit": {"amount": 50.0},
        "spent": {"amount": 8.5},
        "left": {"amount": 41.5},
        "inCart": {"amount": 17.0},
    }


def test_too_little_credit_says_how_much_is_missing(api, town):
    shown = preview(api, town, (town.camp, 5), method="on_site")
    assert against(shown) == [("INSUFFICIENT_CREDIT", None)]
    assert shown["creditMissing"] == {"amount": 50.0}


def test_before_anything_is_chosen_the_cheapest_way_is_priced(api, town):
    shown = preview(api, town, (town.honey, 1), method=None, city=None)
    assert (shown["refusals"], shown["delivery"]["amount"]) == ([], 0.0)
    assert shown["deliveryOptions"] == [
        {"method": "sfa_delivery", "price": {"amount": 3.5}},
        {"method": "pick_up", "price": {"amount": 0.0}},
    ]


def test_a_delivery_without_a_comune_yet_is_priced(api, town):
    shown = preview(api, town, (town.honey, 1), city=None)
    assert (shown["refusals"], shown["delivery"]["amount"]) == ([], 3.5)


def test_an_unknown_way_of_delivery_is_refused_and_the_rest_is_priced(api, town):
    shown = preview(api, town, (town.honey, 1), method="by_drone")
    assert against(shown) == [("DELIVERY_NOT_AVAILABLE", None)]
    assert shown["total"]["amount"] == 8.5


def test_services_need_no_delivery(api, town):
    shown = preview(api, town, (town.camp, 1), method="on_site", city=None)
    assert (shown["needsDelivery"], shown["refusals"]) == (False, [])
    assert preview(api, town, (town.honey, 1))["needsDelivery"] is True


def test_an_empty_cart_is_said_to_be_empty(api, town):
    assert against(preview(api, town)) == [("EMPTY_CART", None)]


def test_a_hundred_and_one_lines_are_too_many(api, town):
    given = wanted(*[(n, 1) for n in range(1, 102)])
    assert api.refused(PREVIEW, given, user=town.employee) == ["TOO_MANY_LINES"]


def test_somebody_without_credit_sees_prices_and_is_told(api, town):
    nobody = companies.user("no-credit@example.com")
    shown = preview(api, town, (town.honey, 1), user=nobody)
    assert against(shown) == [("NO_WALLET", None)]
    assert shown["total"]["amount"] == 8.5 + 3.5
    assert (shown["walletId"], shown["paidFrom"]) == (None, [])


def test_with_several_wallets_it_asks_which_one(api, town):
    other = companies.plan(town.company, name="Second")
    second = give(town.company, other, town.employee, 1_000)
    assert against(preview(api, town, (town.honey, 1))) == [("WALLET_NOT_CHOSEN", None)]
    chosen = preview(api, town, (town.honey, 1), walletId=gid("Wallet", second))
    assert chosen["refusals"][0]["code"] == "INSUFFICIENT_CREDIT"
    assert chosen["walletId"] == gid("Wallet", second)


def test_somebody_elses_wallet_does_not_exist_for_me(api, town):
    other = companies.employment(town.company).user
    theirs = give(town.company, town.plan, other, 5_000)
    given = wanted((town.honey, 1), walletId=gid("Wallet", theirs))
    assert api.refused(PREVIEW, given, user=town.employee) == ["NOT_FOUND"]


def test_statements_do_not_grow_with_the_cart(api, town):
    more = [(variant(town.dairy, f"More {n}", 100, warehouse=town.warehouse), 1) for n in range(8)]
    limit(town, "f", 100_000)
    preview(api, town, (town.honey, 1))

    def statements(*lines) -> int:
        with CaptureQueriesContext(connection) as captured:
            preview(api, town, *lines)
        return len(captured)

    two, ten = statements((town.honey, 1), (town.camp, 1)), statements((town.camp, 1), *more)
    assert ten <= two
    assert two <= 30


class TestExpectedTotal:
    """The sum that the buyer saw is the sum that is charged, or nothing is."""

    def buy(self, api, town, total):
        given = purchase_input("what-i-saw", (town.honey, 1), expectedTotal=total)
        return api.data(PURCHASE, given, user=town.employee)["purchaseCreate"]

    def test_the_sum_that_was_shown_pays(self, api, town):
        due = preview(api, town, (town.honey, 1))["due"]["amount"]
        assert self.buy(api, town, str(due))["errors"] == []

    def test_a_changed_price_is_refused_with_old_and_new(self, api, town):
        due = preview(api, town, (town.honey, 1))["due"]["amount"]
        catalogue.product_update(town.honey.product_id, price_cents=900)
        (error,) = self.buy(api, town, str(due))["errors"]
        assert (error["code"], error["field"]) == ("PRICE_CHANGED", "expectedTotal")
        assert "€12.50" in error["message"]
        assert "€12.00" in error["message"]
        assert town.credit_left() == 20_000
        assert self.buy(api, town, "12.50")["errors"] == []

    def test_after_it_was_bought_the_first_purchase_is_the_answer(self, api, town):
        self.buy(api, town, "12.00")
        again = self.buy(api, town, "11.00")
        assert (again["errors"], again["replayed"]) == ([], True)


def test_a_service_delivered_by_no_known_way_is_refused(api, town):
    given = purchase_input("by-what-way", (town.camp, 1), method="x" * 300)
    (error,) = api.data(PURCHASE, given, user=town.employee)["purchaseCreate"]["errors"]
    assert error["code"] == "DELIVERY_NOT_AVAILABLE"


RECEIPT = """query($number: String!) { myPurchase(orderNumber: $number) {
  orderNumber walletId deliveryMethod gift { amount } paidFrom { amount { amount } expiresOn }
  parts { lines { productName isService packedBySfa } } } }"""


def test_a_receipt_says_which_credit_paid_and_who_prepares(api, town):
    give(town.company, town.plan, town.employee, 1_000, days=5)
    bought = api.data(
        PURCHASE, purchase_input("a-receipt", (town.honey, 1), (town.camp, 1)), user=town.employee
    )["purchaseCreate"]["purchase"]
    number = {"number": bought["orderNumber"]}
    receipt = api.data(RECEIPT, number, user=town.employee)["myPurchase"]
    paid = [lot["amount"]["amount"] for lot in receipt["paidFrom"]]
    assert paid == [10.0, bought["paid"]["amount"] - 10]
    assert receipt["walletId"] == gid("Wallet", town.wallet_id)
    assert (receipt["deliveryMethod"], receipt["gift"]) == ("sfa_delivery", {"amount": 0.0})
    assert [line for part in receipt["parts"] for line in part["lines"]] == [
        {"productName": "Honey", "isService": False, "packedBySfa": True},
        {"productName": "Camp", "isService": True, "packedBySfa": False},
    ]
    assert Listing.objects.filter(is_service=True).count() == 1
