"""Credit first, the rest by card: every end that a purchase may come to, and the books after it."""

from __future__ import annotations

import pytest
from django.core import mail
from django.utils import timezone
from saleor.order.models import Order
from saleor.payment.models import Payment

from marketplace.cards.models import CardPayment, CardPaymentStatus
from marketplace.cards.tasks import card_refund_send, card_refunds_catch_up
from marketplace.ledger.verification import verify
from marketplace.sales.models import Settlement
from marketplace.sales.sale import CARD_GATEWAY, GATEWAY
from marketplace.shop import catalogue
from plugins.ethics_charter.models import Adhesion
from plugins.welfare_wallet.models import WalletHold
from plugins.welfare_wallet.split.ending import payment_release
from plugins.welfare_wallet.split.tasks import card_payments_close
from tests import shopping
from tests.companies import factories as companies
from tests.welfare_wallet.split import factories
from tests.welfare_wallet.split.conftest import CREDIT_CENTS
from tests.welfare_wallet.split.shopper import (
    ASKED,
    DECLINED,
    clearing_cents,
    drafts,
    orders,
    owed_cents,
    pay,
    prove,
    session_of,
    set_aside,
    told,
)


@pytest.fixture(autouse=True)
def _sound(db):
    yield
    assert verify() == []


def as_before(town) -> bool:
    """Credit, stock and orders are what they were."""
    return (
        town.credit_left() == CREDIT_CENTS
        and town.held_cents() == 0
        and set_aside(town.more["oil"]) == 0
        and orders() == drafts() == Settlement.objects.count() == 0
    )


def test_credit_pays_first_and_the_card_the_rest(shopper, town):
    payment = shopper.begin("the-first", (town.more["oil"], 2))
    assert (payment.credit_cents, payment.card_cents) == (3000, 1800)
    assert town.credit_left() == 0
    assert town.held_cents() == 3000
    assert set_aside(town.more["oil"]) == 2
    assert orders() == 0

    assert pay(payment).headers["Location"].endswith("/ritorno/")
    shown = shopper.refresh(payment)
    assert shown["status"] == "PAID"
    assert shown["purchase"]["paid"] == {"amount": 48.0}
    assert clearing_cents() == 1800
    assert owed_cents() == town.held_cents() == town.credit_left() == 0
    # 2 % of 48,00 by the provider, 1 % on top by the company: on the whole, whoever paid it.
    assert town.payable_cents(town.dairy) == 4800 - 96
    assert town.fund_cents() == 96 + 48
    settlement = Settlement.objects.get()
    assert (settlement.gross_cents, settlement.card_cents) == (4800, 1800)


def test_the_shop_has_one_order_with_both_payments(shopper, town):
    payment = shopper.begin("the-first", (town.more["oil"], 2))
    pay(payment)
    shopper.refresh(payment)
    order = Order.objects.get()
    assert order.status == "unfulfilled"
    assert order.checkout_token == payment.token
    assert order.is_fully_paid()
    paid = dict(Payment.objects.values_list("gateway", "captured_amount"))
    assert paid == {GATEWAY: 30, CARD_GATEWAY: 18}
    assert set_aside(town.more["oil"]) == 2
    assert Settlement.objects.get().order_id == str(order.pk)


def test_a_declined_card_changes_nothing_and_another_may_be_tried(shopper, town):
    payment = shopper.begin("declined", (town.more["oil"], 2))
    assert pay(payment, DECLINED).status_code == 402
    shown = shopper.refresh(payment)
    assert shown["status"] == "OPEN"
    assert "declined" in shown["declined"]
    assert orders() == clearing_cents() == 0
    pay(payment)
    assert shopper.refresh(payment)["status"] == "PAID"


def test_declined_and_given_up_all_is_as_before(shopper, town):
    payment = shopper.begin("declined", (town.more["oil"], 2))
    pay(payment, DECLINED)
    assert shopper.give_up(payment)["status"] == "GIVEN_UP"
    assert as_before(town)
    assert session_of(payment).status == "expired"
    assert pay(payment).status_code == 303  # ... to a page that says it is closed
    assert session_of(payment).payment_status == "unpaid"


@pytest.mark.parametrize(("answer", "status"), [("yes", "PAID"), ("no", "OPEN")])
def test_the_bank_asks_and_is_answered(shopper, town, answer, status):
    payment = shopper.begin("bank-asks", (town.more["oil"], 2))
    pay(payment, ASKED)
    assert shopper.refresh(payment)["status"] == "OPEN"
    prove(payment, answer)
    shown = shopper.refresh(payment)
    assert shown["status"] == status
    assert bool(shown["declined"]) == (answer == "no")


def test_an_abandoned_page_closes_by_the_clock(shopper, town):
    payment = shopper.begin("abandoned", (town.more["oil"], 2))
    card_payments_close()
    payment.refresh_from_db()
    assert payment.status == CardPaymentStatus.OPEN
    CardPayment.objects.update(expires_at=timezone.now())
    card_payments_close()
    payment.refresh_from_db()
    assert payment.status == CardPaymentStatus.GIVEN_UP
    assert session_of(payment).status == "expired"
    assert as_before(town)


def test_paid_with_news_and_browser_lost_the_clock_completes_it(shopper, town):
    payment = shopper.begin("lost-news", (town.more["oil"], 2))
    pay(payment)
    CardPayment.objects.update(expires_at=timezone.now())
    card_payments_close()
    payment.refresh_from_db()
    assert payment.status == CardPaymentStatus.PAID
    assert orders() == 1


def test_stripe_gone_for_good_the_clock_gives_credit_and_stock_back(shopper, town, settings):
    payment = shopper.begin("stripe-gone", (town.more["oil"], 2))
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    CardPayment.objects.update(expires_at=timezone.now())
    card_payments_close()
    payment.refresh_from_db()
    assert payment.status == CardPaymentStatus.OPEN
    settings.CARD_HOLD_GRACE_MINUTES = 0
    card_payments_close()
    payment.refresh_from_db()
    assert payment.status == CardPaymentStatus.EXPIRED
    assert as_before(town)


def test_one_that_breaks_keeps_no_other_from_being_closed(town):
    other = companies.employment(town.company).user
    shopping.give(town.company, town.plan, other, 1000)
    broken = factories.reserved(town.employee, town.more["oil"], key="the-first", quantity=2)
    sound = factories.reserved(other, town.more["oil"], key="the-second")
    WalletHold.objects.filter(token=broken.hold_token).delete()
    CardPayment.objects.update(expires_at=timezone.now())
    card_payments_close()
    sound.refresh_from_db()
    broken.refresh_from_db()
    assert (broken.status, sound.status) == (CardPaymentStatus.OPEN, CardPaymentStatus.GIVEN_UP)
    assert set_aside(town.more["oil"]) == 2


def test_stripe_not_reachable_at_the_start_nothing_is_set_aside(shopper, town, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    made = shopper.create("no-stripe", (town.more["oil"], 2))
    assert [error["code"] for error in made["errors"]] == ["PAYMENT_SERVICE_UNAVAILABLE"]
    assert as_before(town)


def test_the_same_key_is_the_same_page_and_then_the_same_order(shopper, town):
    first = shopper.create("same-key", (town.more["oil"], 2))
    again = shopper.create("same-key", (town.more["oil"], 2))
    assert again["replayed"]
    assert again["cardPayment"]["pageUrl"] == first["cardPayment"]["pageUrl"]
    payment = CardPayment.objects.get()
    pay(payment)
    shopper.refresh(payment)
    after = shopper.create("same-key", (town.more["oil"], 2))
    assert after["purchase"]["orderNumber"]
    assert CardPayment.objects.count() == orders() == 1


def test_the_same_key_for_another_cart_is_refused(shopper, town):
    shopper.begin("same-key", (town.more["oil"], 2))
    other = shopper.create("same-key", (town.more["oil"], 3))
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_CONFLICT"]


def test_the_same_key_after_giving_up_is_a_new_attempt(shopper, town):
    first = shopper.begin("once-more", (town.more["oil"], 2))
    shopper.give_up(first)
    second = shopper.begin("once-more", (town.more["oil"], 2))
    assert second.session_id != first.session_id
    pay(second)
    assert shopper.refresh(second)["status"] == "PAID"


def test_a_second_cart_takes_the_place_of_the_first(shopper, town):
    first = shopper.begin("first-cart", (town.more["oil"], 2))
    second = shopper.begin("second-cart", (town.more["oil"], 2))
    first.refresh_from_db()
    assert first.status == CardPaymentStatus.GIVEN_UP
    assert (second.credit_cents, second.card_cents) == (3000, 1800)
    assert town.held_cents() == 3000
    assert session_of(first).status == "expired"


def test_a_second_cart_after_the_first_was_paid_is_told_so(shopper, town):
    first = shopper.begin("first-cart", (town.more["oil"], 2))
    pay(first)
    second = shopper.create("second-cart", (town.more["oil"], 2))
    assert [error["code"] for error in second["errors"]] == ["CARD_JUST_PAID"]
    assert orders() == 1
    assert clearing_cents() == 1800


def test_the_charter_suspended_while_paying_the_card_gets_it_back(shopper, town):
    payment = shopper.begin("suspended", (town.more["oil"], 2))
    now = timezone.now()
    Adhesion.objects.filter(provider=town.dairy).update(
        withdrawn_at=now, withdrawn_from=timezone.localdate()
    )
    pay(payment)
    shown = shopper.refresh(payment)
    assert shown["status"] == "RETURNED"
    assert shown["refusal"]["code"] == "CHARTER_NOT_IN_FORCE"
    assert as_before(town)
    assert (clearing_cents(), owed_cents()) == (1800, 1800)
    card_refund_send(payment.refunds.get().pk)
    assert (clearing_cents(), owed_cents()) == (0, 0)
    assert shopper.refresh(payment)["returned"] == {"amount": 18.0}


def test_paid_when_it_was_over_the_card_gets_it_back(shopper, town):
    payment = shopper.begin("too-late", (town.more["oil"], 2))
    payment_release(payment_id=payment.pk, status=CardPaymentStatus.EXPIRED)
    assert as_before(town)
    pay(payment)
    told(session_of(payment), "checkout.session.completed")
    payment.refresh_from_db()
    assert (payment.status, payment.refused_code) == ("returned", "CARD_PAID_TOO_LATE")
    assert as_before(town)
    card_refund_send(payment.refunds.get().pk)
    assert (clearing_cents(), owed_cents()) == (0, 0)


def test_the_hold_swept_before_the_news_the_card_gets_it_back(shopper, town):
    from datetime import timedelta

    from marketplace.ledger.holds import expire_holds

    payment = shopper.begin("swept-away", (town.more["oil"], 2))
    expire_holds(timezone.now() + timedelta(hours=2))
    pay(payment)
    assert shopper.refresh(payment)["refusal"]["code"] == "HOLD_ALREADY_EXPIRED"
    assert as_before(town)
    assert owed_cents() == 1800


def test_the_reservation_thrown_away_by_the_staff_the_card_gets_it_back(shopper, town):
    payment = shopper.begin("thrown-away", (town.more["oil"], 2))
    Order.objects.drafts().delete()
    pay(payment)
    assert shopper.refresh(payment)["refusal"]["code"] == "RESERVATION_GONE"
    assert as_before(town)


def test_a_price_that_changes_meanwhile_is_not_theirs_to_pay(shopper, town):
    payment = shopper.begin("other-price", (town.more["oil"], 2))
    catalogue.product_update(town.more["oil"].product_id, price_cents=9900)
    pay(payment)
    assert shopper.refresh(payment)["purchase"]["paid"] == {"amount": 48.0}


def test_another_amount_than_asked_for_goes_back(shopper, town):
    payment = shopper.begin("other-amount", (town.more["oil"], 2))
    pay(payment)
    session = session_of(payment).to_dict_recursive()
    told({**session, "amount_total": 1700}, "checkout.session.completed")
    payment.refresh_from_db()
    assert (payment.status, payment.refused_code) == ("returned", "CARD_AMOUNT_DIFFERS")
    assert (clearing_cents(), owed_cents()) == (1700, 1700)


def test_what_is_set_aside_nobody_else_gets(shopper, town):
    shopper.begin("reserved", (town.more["oil"], 2))
    other = shopper.town.more["oil"]
    from tests.companies import factories
    from tests.shopping import PURCHASE, give, purchase_input

    colleague = factories.employment(town.company).user
    give(town.company, town.plan, colleague, 50_000)
    answer = shopper.api.data(
        PURCHASE, purchase_input("others-key", (other, 4), method="pick_up"), user=colleague
    )["purchaseCreate"]
    assert [error["code"] for error in answer["errors"]] == ["OUT_OF_STOCK"]


def test_refunds_that_wait_are_caught_up_with(shopper, town, settings):
    payment = shopper.begin("too-late", (town.more["oil"], 2))
    payment_release(payment_id=payment.pk, status=CardPaymentStatus.EXPIRED)
    pay(payment)
    told(session_of(payment), "checkout.session.completed")
    refund = payment.refunds.get()
    there, settings.STRIPE_API_BASE = settings.STRIPE_API_BASE, "http://127.0.0.1:9"
    card_refund_send(refund.pk)
    refund.refresh_from_db()
    assert refund.status == "owed"
    settings.STRIPE_API_BASE = there
    type(refund).objects.update(created_at=timezone.now() - timezone.timedelta(minutes=5))
    assert card_refunds_catch_up() == 1
    assert card_refunds_catch_up() == 0
    assert (clearing_cents(), owed_cents()) == (0, 0)


def test_a_hold_ends_with_its_payment(shopper, town):
    payment = shopper.begin("hold-ends", (town.more["oil"], 2))
    shopper.give_up(payment)
    assert WalletHold.objects.get().ended_at is not None


def test_the_buyer_is_written_to_once_in_their_language(shopper, town):
    payment = shopper.begin("too-late-to-pay", (town.more["oil"], 2))
    CardPayment.objects.update(language="it")
    payment_release(payment_id=payment.pk, status=CardPaymentStatus.EXPIRED)
    pay(payment)
    told(session_of(payment), "checkout.session.completed")
    for _again in range(2):
        card_payments_close()
    (letter,) = mail.outbox
    assert letter.to == [town.employee.email]
    assert "18,00" in letter.subject
    assert "30,00" in letter.body
    assert "La tua carta" in letter.body or "la tua carta" in letter.body
