"""What Saleor 3.23 has besides its steps: none of it reaches a wallet, or makes an order for free.

By the threads of saleor/saleor that say what went wrong elsewhere.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from saleor.checkout.models import Checkout
from saleor.giftcard.models import GiftCard
from saleor.order.models import Order
from saleor.payment.models import Payment, TransactionItem
from saleor.plugins.manager import get_plugins_manager

from marketplace.ledger.verification import verify
from marketplace.providers.models import ProviderOrder
from marketplace.sales.models import Settlement
from tests.companies import factories as companies
from tests.engine.installed import Permission
from tests.shopping import give
from tests.steps import GATEWAY, Steps

INITIALIZE = """mutation(
    $id: ID!, $gateway: PaymentGatewayToInitialize!, $amount: PositiveDecimal) {
  transactionInitialize(id: $id, paymentGateway: $gateway, amount: $amount) {
    transaction { id } transactionEvent { type } errors { field code message } } }"""
CREATE = """mutation($id: ID!, $amount: PositiveDecimal!) {
  transactionCreate(id: $id, transaction: {
      name: "paid elsewhere", amountCharged: {amount: $amount, currency: "EUR"}}) {
    transaction { id } errors { code message } } }"""
PRICE = 850


@pytest.fixture
def steps(api, town):
    return Steps(api, town.employee)


def untouched(town) -> bool:
    """No credit is gone but what the hold has set aside."""
    return town.credit_left() + town.held_cents() == 20_000 and not Order.objects.exists()


def checkout_pk(steps: Steps):
    return Checkout.objects.get(user=steps.user).pk


def test_a_hold_of_another_pays_nothing_by_a_transaction(api, town, steps):
    """#19612: credit bound to a customer, used by another through ``transactionInitialize``."""
    steps.create((town.honey, 1))
    steps.deliver(town.delivery)
    token = steps.hold()["hold"]["token"]
    thief = companies.employment(town.company).user
    give(town.company, town.plan, thief, 1)
    theirs = Steps(api, thief)
    theirs.create((town.honey, 1))
    theirs.deliver(town.delivery)
    gateway = {"id": GATEWAY, "data": {"token": token}}
    for checkout in (theirs.checkout, steps.checkout):
        answer = api.data(
            INITIALIZE, {"id": checkout, "gateway": gateway, "amount": "12.00"}, user=thief
        )["transactionInitialize"]
        assert answer["errors"]
        assert answer["transaction"] is None
    assert theirs.complete()["order"] is None
    assert not TransactionItem.objects.exists()
    assert untouched(town)
    assert verify() == []


def test_what_staff_say_was_paid_elsewhere_makes_no_order(api, town, steps):
    """A transaction that covers the checkout lets Saleor complete it; our gates want a hold."""
    steps.create((town.honey, 1))
    steps.deliver(town.delivery)
    staff = companies.employment(town.company).user
    staff.is_staff = True
    staff.save()
    staff.user_permissions.add(Permission.objects.get(codename="handle_payments"))
    made = api.data(CREATE, {"id": steps.checkout, "amount": "12.00"}, user=staff)
    assert made["transactionCreate"]["errors"] == []
    answer = steps.complete()
    assert answer["order"] is None
    assert [one["code"] for one in answer["welfareErrors"]] == ["HOLD_UNKNOWN"]
    assert untouched(town)


def test_a_gift_card_does_not_go_with_a_hold(api, town, steps):
    """#14487: gift card and payment together."""
    steps.ready((town.honey, 1), method=town.delivery)
    card = GiftCard.objects.create(
        code="GIFT-1",
        currency="EUR",
        initial_balance_amount=Decimal(5),
        current_balance_amount=Decimal(5),
        is_active=True,
    )
    Checkout.objects.get(pk=checkout_pk(steps)).gift_cards.add(card)
    assert steps.complete()["order"] is None
    assert untouched(town)


def test_one_payment_is_completed_once(api, town, steps):
    """#12652, #19220: the same payment completed twice."""
    steps.ready((town.honey, 1), method=town.delivery)
    first, again = steps.complete(), steps.complete()
    assert first["order"]["id"] == again["order"]["id"]
    assert Order.objects.count() == Settlement.objects.count() == 1
    assert town.credit_left() == 20_000 - PRICE - 350
    assert verify() == []


def test_a_fault_after_the_payment_leaves_neither_payment_nor_order(town, steps, monkeypatch):
    """#8520: a payment without an order."""
    steps.ready((town.honey, 1), method=town.delivery)

    def broken(**_given):
        raise RuntimeError("the process dies here")

    monkeypatch.setattr("saleor.checkout.complete_checkout._create_order", broken)
    with pytest.raises(AssertionError, match="INTERNAL_ERROR"):
        steps.complete()
    assert untouched(town)
    assert not Payment.objects.filter(captured_amount__gt=0).exists()
    monkeypatch.undo()
    assert steps.complete()["order"]
    assert town.credit_left() == 20_000 - PRICE - 350


def test_twin_saleors_own_would_keep_the_payment(town, steps, monkeypatch):
    """Without our one transaction around it, Saleor has committed the payment by then."""
    from saleor.graphql.checkout.mutations.checkout_complete import CheckoutComplete

    from marketplace.shop import checkouts

    def saleors(cls, root, info, _completion, **data):
        return CheckoutComplete.perform_mutation.__func__(cls, root, info, **data)

    def broken(**_given):
        raise RuntimeError("the process dies here")

    steps.ready((town.honey, 1), method=town.delivery)
    monkeypatch.setattr(checkouts.CheckoutCompleteOnce, "_complete", classmethod(saleors))
    monkeypatch.setattr("saleor.checkout.complete_checkout._create_order", broken)
    with pytest.raises(AssertionError, match="INTERNAL_ERROR"):
        steps.complete()
    assert Payment.objects.filter(captured_amount__gt=0).exists()
    assert not Order.objects.exists()


def test_what_saleor_says_after_the_commit_does_nothing_twice(town, steps):
    """``order_created`` comes after the commit, again after a retry, or never."""
    steps.ready((town.honey, 1), (town.camp, 1), method=town.delivery)
    steps.complete()
    order = Order.objects.get()
    parts = set(ProviderOrder.objects.values_list("pk", flat=True))
    assert len(parts) == 2
    for _again in range(2):
        get_plugins_manager(allow_replica=False).order_created(order)
    assert set(ProviderOrder.objects.values_list("pk", flat=True)) == parts
    assert verify() == []


def test_an_order_that_nobody_was_told_of_is_caught_up_with(town, steps, monkeypatch):
    """The catch-up: what should have followed from an order is made from the settlement."""
    from marketplace.shop.saleor3 import checkouts
    from plugins.welfare_wallet import gateway

    monkeypatch.setattr(checkouts, "ours", lambda *_told: None)
    steps.ready((town.honey, 1), method=town.delivery)
    steps.complete()
    assert not ProviderOrder.objects.exists()
    gateway.order_placed(Order.objects.get().checkout_token)
    assert ProviderOrder.objects.count() == 1
    assert Settlement.objects.get().order_id == str(Order.objects.get().pk)
    assert verify() == []
