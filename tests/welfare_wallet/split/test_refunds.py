"""The way back of a purchase that credit and card have paid: who gets what, and never twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
import stripe as sdk
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from saleor.order.models import Order
from saleor.payment.models import Payment

from marketplace.cards import refunds, stripe_calls
from marketplace.cards.models import CardRefund
from marketplace.cards.refunds import refund_apply, refund_send
from marketplace.cards.stripe_calls import RefundSeen
from marketplace.ledger.verification import verify
from marketplace.money import share_out
from marketplace.providers.models import ProviderOrder
from marketplace.refusals import Refusal
from marketplace.sales.models import Settlement
from marketplace.sales.reconciliation.services import reconcile
from marketplace.sales.reversals import Cause, order_refund, order_reverse, provider_order_refund
from marketplace.sales.sale import CARD_GATEWAY, GATEWAY
from marketplace.shop.facts import CartLine
from marketplace.shop.orders import order_cancel
from plugins.welfare_wallet import gateway
from plugins.welfare_wallet.split.beginning import purchase_reserve
from plugins.welfare_wallet.split.ending import payment_apply
from tests.sales.reconciliation.conftest import codes
from tests.welfare_wallet.split import factories
from tests.welfare_wallet.split.conftest import CREDIT_CENTS
from tests.welfare_wallet.split.shopper import clearing_cents, owed_cents, pay, told

BECAUSE = Cause("test")


@pytest.fixture(autouse=True)
def _sound(db):
    yield
    assert verify() == []


@pytest.fixture
def bought(town):
    """Oil for 48,00 of the dairy's: 30,00 by credit, 18,00 by card."""
    return factories.paid(town.employee, town.more["oil"], key="the-purchase", quantity=2)


def part() -> ProviderOrder:
    return ProviderOrder.objects.get()


def shop_shows() -> dict[str, int]:
    return {row.gateway: int(row.captured_amount * 100) for row in Payment.objects.order_by("pk")}


def test_a_part_goes_back_in_proportion_to_what_each_has_paid(town, bought):
    back = provider_order_refund(
        provider_order_id=part().pk, cents=800, key="some-of-it", cause=BECAUSE
    )
    assert (back.cents, back.card_cents) == (800, 300)
    assert town.credit_left() == 500
    assert owed_cents() == 300
    assert clearing_cents() == 1800
    assert shop_shows() == {CARD_GATEWAY: 1500, GATEWAY: 2500}
    assert CardRefund.objects.get().cents == 300


def test_bit_by_bit_it_ends_with_exactly_what_each_has_paid(town, bought):
    for n, cents in enumerate((1, 1, 799, 1333, 7, 2659)):
        provider_order_refund(
            provider_order_id=part().pk, cents=cents, key=f"bit-number-{n}", cause=BECAUSE
        )
    assert town.credit_left() == CREDIT_CENTS
    assert owed_cents() == 1800
    assert town.payable_cents(town.dairy) == town.fund_cents() == town.company_levy_cents() == 0
    assert set(shop_shows().values()) == {0}


def test_the_same_key_again_gives_back_once(town, bought):
    for _twice in range(2):
        provider_order_refund(
            provider_order_id=part().pk, cents=800, key="one-refund", cause=BECAUSE
        )
    assert CardRefund.objects.count() == 1
    assert owed_cents() == 300


def test_all_of_an_order_with_delivery_goes_back(town, shopper):
    payment = shopper.begin(
        "with-delivery", (town.more["oil"], 1), (town.more["jam"], 1), method="sfa_delivery"
    )
    assert payment.card_cents == 2400 + 1000 + 350 - 3000
    pay(payment)
    shopper.refresh(payment)
    assert order_refund(order_id=payment.order_id, cause=BECAUSE) == 3750
    assert town.credit_left() == CREDIT_CENTS
    assert sum(refund.cents for refund in payment.refunds.all()) == payment.card_cents
    for refund in payment.refunds.all():
        refund_send(refund_id=refund.pk)
    assert (clearing_cents(), owed_cents(), town.delivery_income_cents()) == (0, 0, 0)
    intent = sdk.PaymentIntent.retrieve(payment.intent, api_key=settings.STRIPE_API_KEY)
    given_back = sdk.Refund.list(payment_intent=intent.id, api_key=settings.STRIPE_API_KEY)
    assert sum(one.amount for one in given_back) == payment.card_cents
    assert order_refund(order_id=payment.order_id, cause=BECAUSE) == 0


def test_cancelled_by_the_shops_staff_both_get_theirs(town, bought):
    order_cancel(str(Order.objects.get().pk), user_id=town.employee.pk)
    assert town.credit_left() == CREDIT_CENTS
    assert owed_cents() == 1800
    assert set(shop_shows().values()) == {0}


def test_where_a_voucher_is_in_the_part_credit_gets_its_own_back_first(town):
    """20,00 of the workshop are a voucher's: none of that may become cash."""
    asked = factories.request(town.more["oil"], key="with-a-voucher")
    lines = (*asked.lines, CartLine(town.more["workshop"].pk, 1))
    payment, _new = purchase_reserve(user=town.employee, request=replace(asked, lines=lines))
    payment_apply(payment_id=payment.pk, seen=factories.seen(payment))
    assert payment.card_cents == 1400
    provider_order_refund(
        provider_order_id=part().pk, cents=2000, key="the-workshop", cause=BECAUSE
    )
    assert (town.credit_left(), owed_cents()) == (2000, 0)
    provider_order_refund(provider_order_id=part().pk, key="the-rest", cause=BECAUSE)
    assert (town.credit_left(), owed_cents()) == (3000, 1400)


def test_saleors_own_refund_of_one_payment_is_refused(town, bought):
    with pytest.raises(Refusal, match="PAID_PARTLY_BY_CARD"):
        gateway.refund(order_id=Settlement.objects.get().order_id, amount_cents=100)
    assert owed_cents() == 0


@pytest.mark.usefixtures("stripe")
class TestAtStripe:
    @pytest.fixture
    def refund(self, shopper, town):
        payment = shopper.begin("the-purchase", (town.more["oil"], 2))
        pay(payment)
        shopper.refresh(payment)
        order_reverse(order_id=payment.order_id, cause=BECAUSE)
        return payment.refunds.get()

    def refunds_at_stripe(self, refund) -> int:
        listed = sdk.Refund.list(
            payment_intent=refund.payment.intent, api_key=settings.STRIPE_API_KEY
        )
        return len(listed.data)

    def test_asked_twice_it_is_given_once(self, refund):
        for _twice in range(2):
            refund_send(refund_id=refund.pk)
        assert self.refunds_at_stripe(refund) == 1
        assert (clearing_cents(), owed_cents()) == (0, 0)

    def test_a_crash_after_stripes_answer_is_made_up_for(self, refund, monkeypatch):
        """Stripe has done it and we did not hear; days later its key is forgotten, its mark not."""
        monkeypatch.setattr(refunds, "refund_apply", lambda **_given: None)
        refund_send(refund_id=refund.pk)
        monkeypatch.undo()
        assert owed_cents() == 1800
        monkeypatch.setattr(stripe_calls, "refund_create", None)
        assert refund_send(refund_id=refund.pk).status == "succeeded"
        assert self.refunds_at_stripe(refund) == 1
        assert (clearing_cents(), owed_cents()) == (0, 0)

    def test_twin_without_key_and_mark_it_would_be_asked_for_twice(self, refund, monkeypatch):
        monkeypatch.setattr(refunds, "refund_apply", lambda **_given: None)
        monkeypatch.setattr(stripe_calls, "refund_find", lambda _refund: None)
        refund_send(refund_id=refund.pk)
        monkeypatch.setattr(CardRefund, "mark", "another")
        with pytest.raises(Refusal, match="PAYMENT_SERVICE_UNAVAILABLE"):
            refund_send(refund_id=refund.pk)  # Stripe's own limit is all that stands there

    def test_the_news_of_it_comes_too_and_changes_nothing(self, refund):
        refund_send(refund_id=refund.pk)
        refund.refresh_from_db()
        shown = sdk.Refund.retrieve(refund.stripe_refund, api_key=settings.STRIPE_API_KEY)
        for n in range(2):
            assert told(shown.to_dict_recursive(), "refund.updated", f"evt_refund_{n}")
        assert (clearing_cents(), owed_cents()) == (0, 0)

    def test_the_news_may_come_first(self, refund):
        made = sdk.Refund.create(
            payment_intent=refund.payment.intent,
            amount=refund.cents,
            metadata={"card_refund": refund.mark},
            idempotency_key=f"card-refund-{refund.mark}",
            api_key=settings.STRIPE_API_KEY,
        )
        assert told(made.to_dict_recursive(), "refund.created")
        assert refund_send(refund_id=refund.pk).status == "succeeded"
        assert self.refunds_at_stripe(refund) == 1

    def test_stripe_gives_back_no_more_than_was_charged(self, refund):
        """The stand-in keeps Stripe's word, or the test above would prove nothing."""
        refund_send(refund_id=refund.pk)
        with pytest.raises(sdk.error.InvalidRequestError):
            sdk.Refund.create(
                payment_intent=refund.payment.intent, amount=1, api_key=settings.STRIPE_API_KEY
            )

    def test_one_that_fails_stays_owed_and_is_named(self, refund, settings):
        settings.RECONCILE_GRACE_SECONDS = 0
        refund_apply(refund_id=refund.pk, seen=RefundSeen("re_1", refund.cents, False, True, "x"))
        assert owed_cents() == 1800
        assert "CARD_REFUND_FAILED" in codes(reconcile())

    def test_one_that_the_cards_bank_sends_back_is_owed_again_and_named(self, refund, settings):
        """Weeks after it had succeeded: the account of the card is closed."""
        settings.RECONCILE_GRACE_SECONDS = 0
        refund_send(refund_id=refund.pk)
        refund.refresh_from_db()
        assert (clearing_cents(), owed_cents()) == (0, 0)
        shown = sdk.Refund.retrieve(refund.stripe_refund, api_key=settings.STRIPE_API_KEY)
        succeeded = shown.to_dict_recursive()
        failed = {**succeeded, "status": "failed", "failure_reason": "expired_or_canceled_card"}
        for n, news in enumerate((failed, failed, succeeded)):  # what is told late is from before
            assert told(news, "refund.failed", f"evt_sent_back_{n}")
        refund.refresh_from_db()
        assert (refund.status, refund.failure) == ("failed", "expired_or_canceled_card")
        assert (clearing_cents(), owed_cents()) == (1800, 1800)
        of_cards = [code for code in codes(reconcile()) if code.startswith("CARD_")]
        assert of_cards == ["CARD_REFUND_FAILED"]

    def test_another_refund_of_the_charge_that_fails_is_not_this_one(self, refund):
        refund_send(refund_id=refund.pk)
        refund_apply(refund_id=refund.pk, seen=RefundSeen("re_2", refund.cents, False, True, "x"))
        refund.refresh_from_db()
        assert (refund.status, owed_cents()) == ("succeeded", 0)


@given(
    gross=st.integers(100, 20_000),
    card=st.integers(1, 20_000),
    bits=st.lists(st.integers(1, 5_000), max_size=12),
)
def test_shares_never_exceed_what_each_has_left(gross, card, bits):
    """The rule alone, on any amounts: in proportion to what is left, so it always ends even."""
    card = min(card, gross)
    left = [gross - card, card]
    for bit in bits:
        amount = min(bit, sum(left))
        back = share_out(amount, left)
        left = [have - give for have, give in zip(left, back, strict=True)]
        assert min(left) >= 0
    assert share_out(sum(left), left) == left
