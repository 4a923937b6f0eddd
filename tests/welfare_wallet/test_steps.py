"""Saleor's own steps, paid with a hold: the same result, and every wrong way in refused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.ledger.holds import expire_holds
from marketplace.ledger.models import Hold
from marketplace.providers.models import ProviderOrder
from marketplace.sales.models import Settlement
from plugins.welfare_wallet.holds import holds_close
from plugins.welfare_wallet.models import WalletHold
from tests.companies import factories as companies
from tests.shopping import DELIVERY_CENTS, PURCHASE, gid, give, purchase_input
from tests.steps import Steps

pytestmark = pytest.mark.django_db
GROSS = 2 * 850 + 5000


@pytest.fixture
def steps(api, town):
    return Steps(api, town.employee)


def untouched(town) -> bool:
    """No order, no payment, nothing but perhaps a hold."""
    return (
        not Settlement.objects.exists()
        and not ProviderOrder.objects.exists()
        and town.fund_cents() == 0
        and town.credit_left() + town.held_cents() == 20_000
    )


def test_steps_pay_as_one_request_does(steps, town):
    steps.ready((town.honey, 2), (town.camp, 1), method=town.delivery)
    assert town.held_cents() == GROSS + DELIVERY_CENTS
    done = steps.complete()
    assert done["welfareErrors"] == done["checkoutErrors"] == []
    assert done["order"]["total"]["gross"]["amount"] == (GROSS + DELIVERY_CENTS) / 100
    assert town.held_cents() == 0
    assert town.credit_left() == 20_000 - GROSS - DELIVERY_CENTS
    assert town.payable_cents(town.dairy) == 1700 - 34
    assert town.payable_cents(town.camps) == 5000 - 100
    assert town.fund_cents() == 34 + 100 + 17 + 50
    assert ProviderOrder.objects.count() == 2


def test_a_hold_that_expires_is_closed_by_the_clock(steps, town):
    steps.ready((town.honey, 1), method=town.delivery)
    later = timezone.now() + timedelta(hours=1)
    # As long as the ledger has not given it back, it is its checkout's.
    assert (holds_close(now=later), WalletHold.objects.get().ended_at) == (0, None)
    assert expire_holds(later) == 1
    assert (holds_close(now=timezone.now()), holds_close(now=later)) == (0, 1)
    assert WalletHold.objects.get().ended_at
    assert steps.hold()["errors"] == []
    assert untouched(town)


def test_both_ways_in_post_the_same_entries(api, steps, town):
    steps.ready((town.honey, 2), (town.camp, 1), method=town.delivery)
    steps.complete()
    api.data(
        PURCHASE,
        purchase_input("the-other-way", (town.honey, 2), (town.camp, 1)),
        user=town.employee,
    )
    by_steps, in_one = Settlement.objects.order_by("pk")
    same = ("gross_cents", "delivery_cents", "refund_grace_days", "company_id", "wallet_id")
    assert [getattr(by_steps, f) for f in same] == [getattr(in_one, f) for f in same]
    one, other = by_steps.terms, in_one.terms
    assert one["levy"] == other["levy"]
    assert one["sale"].pop("token") != other["sale"].pop("token")
    assert one["sale"] == other["sale"]


def test_a_completed_checkout_answers_with_its_order(steps, town):
    steps.ready((town.honey, 1), method=town.delivery)
    first = steps.complete()["order"]["id"]
    assert steps.complete()["order"]["id"] == first
    assert Settlement.objects.count() == 1


def test_asking_again_gives_the_same_hold_while_the_cart_is_the_same(steps, town):
    steps.create((town.honey, 1))
    steps.deliver(town.delivery)
    first = steps.hold()["hold"]["token"]
    assert steps.hold()["hold"]["token"] == first
    assert town.held_cents() == 850 + DELIVERY_CENTS


def test_a_changed_cart_gets_another_hold_and_the_first_is_given_back(api, steps, town):
    steps.create((town.honey, 1))
    steps.deliver(town.delivery)
    first = steps.hold()["hold"]["token"]
    add = """mutation($id: ID!, $lines: [CheckoutLineInput!]!) {
      checkoutLinesAdd(checkoutId: $id, lines: $lines) { checkoutErrors { code } } }"""
    line = {"variantId": gid("ProductVariant", town.honey.pk), "quantity": 2}
    api.data(add, {"id": steps.checkout, "lines": [line]}, user=town.employee)
    second = steps.hold()["hold"]["token"]
    assert second != first
    assert town.held_cents() == 3 * 850 + DELIVERY_CENTS


def codes(payload) -> list[str]:
    return [error["code"] for error in payload["welfareErrors"]]


def test_a_cart_that_grew_after_the_hold_is_refused(api, steps, town):
    steps.ready((town.honey, 1), method=town.delivery)
    update = """mutation($id: ID!, $variant: ID!) {
      checkoutLinesUpdate(checkoutId: $id, lines: [{variantId: $variant, quantity: 9}]) {
        checkoutErrors { code } } }"""
    variant = gid("ProductVariant", town.honey.pk)
    api.data(update, {"id": steps.checkout, "variant": variant}, user=town.employee)
    done = steps.complete()
    assert done["order"] is None
    assert done["checkoutErrors"]
    assert untouched(town)


def test_somebody_elses_hold_pays_nothing(api, town, steps):
    thief = companies.employment(town.company).user
    give(town.company, town.plan, thief, 100)
    token = steps.ready((town.honey, 1), method=town.delivery)
    theirs = Steps(api, thief)
    theirs.create((town.honey, 1))
    theirs.deliver(town.delivery)
    theirs.pay(token)
    done = theirs.complete()
    assert done["order"] is None
    assert codes(done) == ["HOLD_OF_ANOTHER"]
    assert untouched(town)


def test_somebody_elses_checkout_cannot_be_completed_or_held(api, town, steps):
    thief = companies.employment(town.company).user
    steps.ready((town.honey, 1), method=town.delivery)
    assert codes(steps.complete(user=thief)) == ["HOLD_OF_ANOTHER"]
    assert [e["code"] for e in steps.hold(user=thief)["errors"]] == ["NOT_FOUND"]
    assert untouched(town)


def test_a_used_hold_pays_no_second_checkout(api, town, steps):
    token = steps.ready((town.honey, 1), method=town.delivery)
    assert steps.complete()["order"]
    again = Steps(api, town.employee)
    again.create((town.honey, 1))
    again.deliver(town.delivery)
    again.pay(token)
    done = again.complete()
    assert done["order"] is None
    assert codes(done) == ["HOLD_OF_ANOTHER"]
    assert Settlement.objects.count() == 1


def test_an_expired_hold_pays_nothing_and_its_money_is_back(town, steps):
    steps.ready((town.honey, 1), method=town.delivery)
    later = timezone.now() + timedelta(hours=1)
    assert expire_holds(later) == 1
    assert codes(steps.complete()) == ["HOLD_ALREADY_EXPIRED"]
    assert town.credit_left() == 20_000
    assert untouched(town)


def test_a_released_hold_pays_nothing(api, town, steps):
    token = steps.ready((town.honey, 1), method=town.delivery)
    release = "mutation($t: String!) { walletHoldRelease(token: $t) { released errors { code } } }"
    for _twice in range(2):
        assert api.data(release, {"t": token}, user=town.employee)["walletHoldRelease"]["released"]
    assert codes(steps.complete()) == ["HOLD_ALREADY_VOIDED"]
    assert town.credit_left() == 20_000


@pytest.mark.parametrize("token", ["", "nonsense", "hold_nonsense"])
def test_a_token_that_is_no_hold_pays_nothing(town, steps, token):
    steps.create((town.honey, 1))
    steps.deliver(town.delivery)
    # Saleor 3 takes no payment without a token, and completes no checkout without a payment.
    taken = steps.pay(token)["payment"]
    answer = steps.complete()
    assert codes(answer) == (["HOLD_UNKNOWN"] if taken else [])
    assert answer["order"] is None
    assert answer["checkoutErrors"]
    assert untouched(town)


def test_another_amount_is_refused_by_saleor(town, steps):
    steps.create((town.honey, 1))
    steps.deliver(town.delivery)
    token = steps.hold()["hold"]["token"]
    assert steps.pay(token, amount=1)["paymentErrors"]
    assert steps.complete()["order"] is None
    assert untouched(town)


def test_too_little_credit_is_refused_before_the_hold(town, steps):
    steps.create((town.camp, 5))
    refused = steps.hold()
    assert [error["code"] for error in refused["errors"]] == ["INSUFFICIENT_CREDIT"]
    assert not WalletHold.objects.exists()
    assert not Hold.objects.exists()


def test_stock_sold_meanwhile_is_refused_and_the_hold_stays(town, steps):
    from saleor.warehouse.models import Stock

    steps.ready((town.honey, 2), method=town.delivery)
    Stock.objects.filter(product_variant=town.honey).update(quantity=1)
    done = steps.complete()
    assert done["order"] is None
    assert untouched(town)
