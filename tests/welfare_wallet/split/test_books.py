"""The reconciler on card payments: the ledger, the payments and Stripe's balance side by side."""

from __future__ import annotations

import pytest
import stripe as sdk
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone
from saleor.payment.models import Payment

from marketplace.cards.models import CardPayment, CardPaymentStatus
from marketplace.cards.refunds import refund_send
from marketplace.ledger.verification import verify
from marketplace.sales.models import Settlement
from marketplace.sales.reconciliation.services import reconcile
from marketplace.sales.reversals import Cause, order_reverse
from plugins.welfare_wallet.split.ending import payment_release
from tests.sales.reconciliation.conftest import codes
from tests.welfare_wallet.split import factories
from tests.welfare_wallet.split.shopper import clearing_cents, orders, owed_cents, pay, told


@pytest.fixture(autouse=True)
def _no_grace(settings):
    settings.RECONCILE_GRACE_SECONDS = 0


def found() -> list[tuple[str, bool]]:
    """What a run finds of cards, and whether it mended it."""
    return [(one.code, one.repaired) for one in reconcile().findings if "CARD" in one.code]


def test_sound_books_with_paid_returned_refunded_and_open_payments(shopper, town):
    bought = shopper.begin("bought-and-back", (town.more["oil"], 2))
    pay(bought)
    shopper.refresh(bought)
    order_reverse(order_id=bought.order_id, cause=Cause("test"))
    refund_send(refund_id=bought.refunds.get().pk)
    again = shopper.begin("bought-again", (town.more["oil"], 2))
    pay(again)
    shopper.refresh(again)
    reconcile()
    assert codes(reconcile()) == []
    assert clearing_cents() == 1800
    assert verify() == []


def test_paid_at_stripe_and_nobody_noticed_is_healed(shopper, town):
    payment = shopper.begin("unnoticed", (town.more["oil"], 2))
    pay(payment)
    assert found() == [("CARD_CHARGE_UNNOTICED", True)]
    payment.refresh_from_db()
    assert payment.status == "paid"
    assert orders() == 1
    assert found() == []


def test_paid_at_stripe_after_the_end_goes_back(shopper, town):
    payment = shopper.begin("unnoticed", (town.more["oil"], 2))
    payment_release(payment_id=payment.pk, status=CardPaymentStatus.EXPIRED)
    pay(payment)
    assert found() == [("CARD_CHARGE_UNNOTICED", True)]
    payment.refresh_from_db()
    assert payment.status == "returned"
    refund_send(refund_id=payment.refunds.get().pk)
    assert found() == []
    assert (clearing_cents(), owed_cents()) == (0, 0)


def test_a_refund_made_by_hand_at_stripe_is_named(shopper, town):
    payment = shopper.begin("by-hand-at-stripe", (town.more["oil"], 2))
    pay(payment)
    shopper.refresh(payment)
    sdk.Refund.create(
        payment_intent=payment.intent, amount=500, api_key=django_settings.STRIPE_API_KEY
    )
    assert found() == [("CARD_REFUND_UNKNOWN", False)]


def test_a_charge_that_stripe_does_not_have_is_named(town, stripe):
    factories.paid(town.employee, town.more["oil"], key="no-charge", quantity=2)
    CardPayment.objects.update(session_id="cs_1")
    assert found() == [("CARD_CHARGE_MISSING", False)]


def test_a_charge_of_a_payment_that_is_gone_is_named(shopper, town):
    """As after a restored backup: another row has the number, and its mark is another's."""
    payment = shopper.begin("gone-from-here", (town.more["oil"], 2))
    pay(payment)
    CardPayment.objects.update(created_at=timezone.now())
    assert found() == [("CARD_CHARGE_UNKNOWN", False)]


def test_a_paid_payment_without_its_settlement_is_named(town):
    factories.paid(town.employee, town.more["oil"], key="without-its-sale", quantity=2)
    Settlement.objects.update(card_cents=0)
    assert ("CARD_PAYMENT_NOT_SETTLED", False) in found()


def test_sums_that_differ_are_named(town):
    factories.paid(town.employee, town.more["oil"], key="other-sum", quantity=2)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE welfare_cards_cardpayment SET received_cents = received_cents + 1")
    assert ("CARD_CLEARING_DIFFERS", False) in found()


def test_a_dispute_is_named(town):
    payment = factories.paid(town.employee, town.more["oil"], key="disputed", quantity=2)
    dispute = {"id": "dp_1", "object": "dispute", "payment_intent": payment.intent}
    told(dispute, "charge.dispute.created")
    assert ("CARD_PAYMENT_DISPUTED", False) in found()


def test_a_card_payment_that_the_shop_lacks_is_recorded(town):
    factories.paid(town.employee, town.more["oil"], key="not-recorded", quantity=2)
    reconcile()
    Payment.objects.filter(gateway="welfarepiu.card").update(order=None)
    assert codes(reconcile()) == ["PAYMENT_NOT_RECORDED"]
    rows = Payment.objects.filter(order__isnull=False)
    assert sorted(int(row.captured_amount) for row in rows) == [18, 30]
    assert codes(reconcile()) == []
