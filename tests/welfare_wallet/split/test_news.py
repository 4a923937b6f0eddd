"""News of a payment in any order and as often as it likes: the end is the same."""

from __future__ import annotations

import itertools

import pytest
from saleor.order.models import Order

from marketplace.cards.models import CardPayment
from tests.welfare_wallet.split import factories
from tests.welfare_wallet.split.objects import intent, session
from tests.welfare_wallet.split.shopper import clearing_cents, owed_cents, told

NEWS = ("declined", "intent paid", "session paid", "session opened")


def tell(payment: CardPayment, name: str, n: int) -> None:
    error = {"last_payment_error": {"message": "Your card was declined."}}
    subject, kind = {
        "declined": (
            intent(payment, "requires_payment_method", id="pi_0", **error),
            "payment_intent.payment_failed",
        ),
        "intent paid": (intent(payment), "payment_intent.succeeded"),
        "session paid": (session(payment), "checkout.session.completed"),
        "session opened": (
            session(payment, status="open", payment_status="unpaid", payment_intent=None),
            "checkout.session.created",
        ),
    }[name]
    told(subject, kind, f"evt_{n}_{name}")


@pytest.mark.parametrize("order", list(itertools.permutations(NEWS)), ids=" - ".join)
def test_the_end_is_the_same(town, order):
    payment = factories.reserved(town.employee, town.more["oil"], key="the-purchase", quantity=2)
    for n in range(2):
        for name in order:
            tell(payment, name, n)
    payment.refresh_from_db()
    assert (payment.status, payment.intent) == ("paid", "pi_1")
    assert Order.objects.confirmed().count() == 1
    assert (clearing_cents(), owed_cents(), town.credit_left()) == (1800, 0, 0)


def test_an_event_about_a_dispute_is_noted_for_a_person(town):
    payment = factories.paid(town.employee, town.more["oil"], key="the-purchase", quantity=2)
    dispute = {"id": "dp_1", "object": "dispute", "payment_intent": payment.intent}
    told(dispute, "charge.dispute.created")
    payment.refresh_from_db()
    assert payment.disputed_at
    assert payment.status == "paid"
