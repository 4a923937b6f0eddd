"""Webhook, return page, clock and reconciler at the same time, in any order, as often as they like;
each guard with its twin that shows the loss without it."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from saleor.order.models import Order
from saleor.payment.models import Payment

from marketplace.cards.models import CardPayment
from marketplace.cards.stripe_calls import SessionState
from marketplace.ledger.verification import verify
from marketplace.refusals import Refusal
from marketplace.sales.models import Settlement
from marketplace.sales.reconciliation.services import reconcile
from plugins.welfare_wallet.split import beginning
from plugins.welfare_wallet.split.ending import payment_apply, payment_release
from tests.at_once import at_once
from tests.sales.reconciliation.conftest import codes
from tests.sales.reconciliation.dying import COMMIT, after, before, killed
from tests.welfare_wallet.split import factories
from tests.welfare_wallet.split.objects import intent, session
from tests.welfare_wallet.split.shopper import clearing_cents, owed_cents, set_aside, told

AT_ONCE = 6


@pytest.fixture
def town(committed_town):
    return committed_town


@pytest.fixture
def payment(town) -> CardPayment:
    return factories.reserved(town.employee, town.more["oil"], key="the-purchase", quantity=2)


def one_order(town: Any, payment: CardPayment) -> None:
    """Bought once: one order, one settlement, each cent where it belongs."""
    assert Order.objects.confirmed().count() == Settlement.objects.count() == 1
    assert clearing_cents() == payment.card_cents == 1800
    assert town.held_cents() == town.credit_left() == owed_cents() == 0
    assert set_aside(town.more["oil"]) == 2
    assert verify() == []


def test_webhooks_and_return_pages_at_once_are_one_order(town, payment):
    seen = factories.seen(payment, intent="pi_1")

    def come(n: int) -> Any:
        if n % 2:
            return payment_apply(payment_id=payment.pk, seen=seen)
        return told(session(payment), "checkout.session.completed", f"evt_{n}")

    at_once(come, AT_ONCE)
    one_order(town, payment)


def test_twin_without_the_payments_lock_they_get_in_each_others_way(town, payment, monkeypatch):
    """Money moves once all the same (the ledger's key), but the shop books it several times."""
    manager = type(CardPayment.objects)
    monkeypatch.setattr(
        manager, "select_for_update", lambda self, **_given: self.get_queryset(), raising=False
    )
    seen = factories.seen(payment)
    broken: list[str] = []

    def come(_n: int) -> Any:
        try:
            return payment_apply(payment_id=payment.pk, seen=seen)
        except Exception as error:
            broken.append(type(error).__name__)

    at_once(come, AT_ONCE)
    assert broken or Payment.objects.count() > 2


def test_the_same_event_again_is_known(town, payment):
    assert told(session(payment), "checkout.session.completed", "evt_1")
    assert not told(session(payment), "checkout.session.completed", "evt_1")
    one_order(town, payment)


def test_expired_then_paid_then_expired_again(town, payment):
    expired = session(payment, status="expired", payment_status="unpaid", payment_intent=None)
    told(expired, "checkout.session.expired", "evt_1")
    assert town.credit_left() == 3000
    told(intent(payment), "payment_intent.succeeded", "evt_2")
    told(expired, "checkout.session.expired", "evt_3")
    told(session(payment), "checkout.session.completed", "evt_4")
    payment.refresh_from_db()
    assert payment.status == "returned"
    assert (clearing_cents(), owed_cents(), town.credit_left()) == (1800, 1800, 3000)
    assert payment.refunds.count() == 1
    assert verify() == []


def test_news_of_a_payment_that_nobody_made_is_not_ours(town, payment):
    forged = session(payment, metadata={"card_payment": f"{payment.pk}-1.0"})
    told(forged, "checkout.session.completed")
    payment.refresh_from_db()
    assert payment.status == "open"


def test_paid_and_given_up_at_once_is_one_or_the_other(town, payment):
    from marketplace.cards.models import CardPaymentStatus

    seen = factories.seen(payment)

    def come(n: int) -> Any:
        if n % 2:
            return payment_apply(payment_id=payment.pk, seen=seen)
        return payment_release(payment_id=payment.pk, status=CardPaymentStatus.GIVEN_UP)

    at_once(come, AT_ONCE)
    payment.refresh_from_db()
    assert payment.status in ("paid", "returned")
    if payment.status == "paid":
        return one_order(town, payment)
    assert owed_cents() == clearing_cents() == 1800
    assert (town.credit_left(), set_aside(town.more["oil"])) == (3000, 0)
    assert verify() == []


def test_two_pages_opened_at_once_for_one_cart_are_one_payment(town):
    asked = factories.request(town.more["oil"], key="two-clicks", quantity=2)
    made = at_once(
        lambda _n: beginning.purchase_reserve(user=town.employee, request=asked)[0].pk, AT_ONCE
    )
    assert len(set(made)) == CardPayment.objects.count() == 1
    assert town.held_cents() == 3000
    assert set_aside(town.more["oil"]) == 2


def test_twin_without_the_persons_lock_the_second_click_breaks(town, monkeypatch):
    monkeypatch.setattr(beginning, "_one_at_a_time", lambda _user_id: None)
    asked = factories.request(town.more["oil"], key="two-clicks", quantity=2)

    def click(_n: int) -> str:
        try:
            beginning.purchase_reserve(user=town.employee, request=asked)
        except Exception as error:
            return type(error).__name__
        return ""

    assert any(at_once(click, AT_ONCE))


def test_the_last_pieces_are_set_aside_once(town):
    """Five bottles; three people want two each at the same moment."""
    from tests.companies import factories as companies
    from tests.shopping import give

    people = [companies.employment(town.company).user for _n in range(3)]
    for person in people:
        give(town.company, town.plan, person, 3000)

    def want(n: int) -> str:
        try:
            factories.reserved(people[n], town.more["oil"], key=f"person-{n}", quantity=2)
        except Refusal as refusal:
            return refusal.code
        return "reserved"

    assert sorted(at_once(want, 3)) == ["OUT_OF_STOCK", "reserved", "reserved"]


APPLY = "plugins.welfare_wallet.split.ending:payment_apply"
RESERVE = "plugins.welfare_wallet.split.beginning:purchase_reserve"
DYING = [
    before("plugins.welfare_wallet.split.ending:_complete"),
    after("marketplace.shop.reservations:order_confirm"),
    after("marketplace.sales.services:settle_from_hold"),
    after("marketplace.shop.payments:payment_record"),
    after("marketplace.sales.services:order_place"),
    before(COMMIT, inside=APPLY),
]


@pytest.mark.parametrize("point", DYING, ids=str)
def test_killed_between_stripes_yes_and_our_commit_nothing_is_lost(town, payment, point):
    seen = factories.seen(payment, intent="pi_1")
    assert killed(lambda: payment_apply(payment_id=payment.pk, seen=seen), point)
    payment.refresh_from_db()
    assert payment.status == "open"
    assert (clearing_cents(), town.held_cents()) == (0, 3000)
    # Stripe tells again, as nobody has said yes to it.
    told(session(payment), "checkout.session.completed")
    one_order(town, payment)


def test_killed_after_the_commit_it_is_bought(town, payment):
    seen = factories.seen(payment, intent="pi_1")
    at = after(COMMIT, inside=APPLY)
    assert killed(lambda: payment_apply(payment_id=payment.pk, seen=seen), at)
    one_order(town, payment)


@pytest.mark.parametrize(
    "point",
    [after("marketplace.shop.reservations:order_reserve"), before(COMMIT, inside=RESERVE)],
    ids=str,
)
def test_killed_while_setting_aside_nothing_is(town, point):
    assert killed(
        lambda: factories.reserved(town.employee, town.more["oil"], key="killed-early", quantity=2),
        point,
    )
    assert (town.held_cents(), set_aside(town.more["oil"])) == (0, 0)
    assert not Order.objects.exists()


def test_killed_before_stripes_page_the_clock_gives_all_back(town):
    from plugins.welfare_wallet.split.tasks import card_payments_close

    at = after(COMMIT, inside=RESERVE)
    assert killed(
        lambda: factories.reserved(town.employee, town.more["oil"], key="killed-then", quantity=2),
        at,
    )
    CardPayment.objects.update(expires_at=timezone.now())
    card_payments_close()
    assert CardPayment.objects.get().status == "given_up"
    assert (town.held_cents(), set_aside(town.more["oil"]), town.credit_left()) == (0, 0, 3000)
    assert not Order.objects.exists()


def test_the_reconciler_finds_nothing_in_sound_books(town, payment, settings):
    settings.RECONCILE_GRACE_SECONDS = 0
    payment_apply(payment_id=payment.pk, seen=factories.seen(payment))
    reconcile()
    assert codes(reconcile()) == []


def test_a_return_page_before_the_payment_changes_nothing(town, payment):
    payment_apply(payment_id=payment.pk, seen=factories.seen(payment, SessionState.OPEN))
    payment.refresh_from_db()
    assert payment.status == "open"
