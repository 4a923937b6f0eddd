"""A voucher is used once, at its own provider, in time; and nobody tries many codes."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier

import pytest
from django.utils import timezone

from marketplace.ledger.verification import verify
from marketplace.people.actor import actor_of
from marketplace.providers.models import ProviderOrder
from marketplace.refusals import Refusal
from marketplace.sales.cancellation import purchase_part_cancel
from marketplace.sales.reversals import Cause, order_reverse
from plugins.vouchers import redeeming
from plugins.vouchers.codes import new_code, shown
from plugins.vouchers.models import RedeemAttempt, VoucherStatus, WelfareVoucher
from plugins.vouchers.redeeming import voucher_redeem
from tests import shopping
from tests.at_once import at_once
from tests.vouchers.conftest import DAYS, buy

REDEEM = """mutation($code: String!) { voucherRedeem(code: $code) {
  errors { field code message } providerOrderStatus
  voucher { status productName holderFirstName orderNumber unit units } } }"""
AT_ONCE = 8


def redeem(api, code, user):
    return api.data(REDEEM, {"code": code}, user=user)["voucherRedeem"]


def outcome(actor, code) -> str:
    try:
        voucher_redeem(actor=actor, code=code)
    except Refusal as refusal:
        return refusal.code
    return "DONE"


def test_each_is_used_once_and_the_last_completes_the_order(api, bought):
    seen = [redeem(api, code, bought.manager)["providerOrderStatus"] for code in bought.codes]
    assert seen == ["accepted"] * (DAYS - 1) + ["completed"]
    again = redeem(api, bought.codes[0], bought.manager)
    assert again["voucher"] is None
    (error,) = again["errors"]
    assert (error["code"], error["field"]) == ("VOUCHER_ALREADY_USED", "code")
    assert str(timezone.localdate().year) in error["message"]


def test_what_else_is_in_the_part_is_completed_by_hand(api, town):
    jam = shopping.variant(
        town.camps, "Jam", 400, warehouse=town.warehouse, needs_packing=True, needs_delivery=True
    )
    wanted = shopping.purchase_input("camp-and-jam", (town.camp, 1), (jam, 1))
    assert not api.data(shopping.PURCHASE, wanted, user=town.employee)["purchaseCreate"]["errors"]
    part = ProviderOrder.objects.get()
    code = shown(WelfareVoucher.objects.get().code)
    manager = shopping.providers.member(town.camps.pk)
    assert redeem(api, code, manager)["providerOrderStatus"] == "accepted"
    part.refresh_from_db()
    assert part.status == "accepted"


def test_the_provider_sees_a_first_name_and_what_was_bought(api, bought):
    voucher = redeem(api, bought.codes[0].lower(), bought.manager)["voucher"]
    assert voucher == {
        "status": "redeemed",
        "productName": "Camp",
        "holderFirstName": bought.town.employee.first_name,
        "orderNumber": bought.part.order_number,
        "unit": 1,
        "units": DAYS,
    }


def test_refusals_say_which_of_all_ways_it_is(bought):
    code = bought.codes[0]
    assert outcome(bought.actor, "nonsense") == "VOUCHER_CODE_MISTYPED"
    assert outcome(bought.actor, new_code()) == "VOUCHER_UNKNOWN"
    assert outcome(actor_of(bought.other_manager), code) == "VOUCHER_OF_ANOTHER_PROVIDER"
    yesterday = timezone.localdate() - timedelta(days=1)
    WelfareVoucher.objects.filter(unit=2).update(valid_until=yesterday)
    assert outcome(bought.actor, bought.codes[1]) == "VOUCHER_EXPIRED"
    order_reverse(order_id=bought.part.order_id, cause=Cause("Cancelled"))
    assert outcome(bought.actor, code) == "VOUCHER_CANCELLED"
    assert set(WelfareVoucher.objects.values_list("status", flat=True)) == {"cancelled"}


def test_on_its_last_day_it_is_good(bought):
    WelfareVoucher.objects.update(valid_until=timezone.localdate())
    assert outcome(bought.actor, bought.codes[0]) == "DONE"


# Trying many.


def test_ten_codes_that_do_not_work_stop_more_tries(api, bought, settings):
    settings.VOUCHER_MOST_FAILURES = 3
    for _try in range(3):
        assert outcome(bought.actor, new_code()) == "VOUCHER_UNKNOWN"
    assert outcome(bought.actor, bought.codes[0]) == "TOO_MANY_ATTEMPTS"
    assert [e["code"] for e in redeem(api, bought.codes[0], bought.manager)["errors"]] == [
        "TOO_MANY_ATTEMPTS"
    ]
    past = timezone.now() - timedelta(minutes=settings.VOUCHER_ATTEMPT_MINUTES + 1)
    RedeemAttempt.objects.update(tried_at=past)
    assert outcome(bought.actor, bought.codes[0]) == "DONE"


def test_neither_typing_errors_nor_successes_count(bought, settings):
    settings.VOUCHER_MOST_FAILURES = 1
    for _try in range(5):
        assert outcome(bought.actor, "0000-0000-0001") == "VOUCHER_CODE_MISTYPED"
    assert [outcome(bought.actor, code) for code in bought.codes] == ["DONE"] * DAYS


def test_of_many_tries_at_once_no_more_are_looked_at_than_may(committed_db, api, settings):
    settings.VOUCHER_MOST_FAILURES = 3
    actor = buy(shopping.build(), api).actor
    answers = at_once(lambda _n: outcome(actor, new_code()), AT_ONCE)
    assert answers.count("VOUCHER_UNKNOWN") <= 3
    assert set(answers) <= {"VOUCHER_UNKNOWN", "TOO_MANY_ATTEMPTS"}


def test_counting_first_and_noting_then_would_let_all_through(committed_db, api, settings):
    """The twin."""
    settings.VOUCHER_MOST_FAILURES = 3
    actor = buy(shopping.build(), api).actor
    counted = Barrier(AT_ONCE)

    def careless(_n: int) -> str:
        failures = RedeemAttempt.objects.filter(user_id=actor.user_id, succeeded=False).count()
        counted.wait(timeout=30)
        if failures >= settings.VOUCHER_MOST_FAILURES:
            return "TOO_MANY_ATTEMPTS"
        RedeemAttempt.objects.create(user_id=actor.user_id)
        return "LOOKED_AT"

    assert at_once(careless, AT_ONCE) == ["LOOKED_AT"] * AT_ONCE


# At the same moment.


@pytest.mark.slow
def test_of_eight_at_once_one_uses_it(committed_db, api, settings):
    settings.VOUCHER_MOST_FAILURES = 100
    bought = buy(shopping.build(), api)
    actor, code = bought.actor, bought.codes[0]
    answers = at_once(lambda _n: outcome(actor, code), AT_ONCE)
    assert sorted(answers) == ["DONE"] + ["VOUCHER_ALREADY_USED"] * (AT_ONCE - 1)


@pytest.mark.slow
def test_looking_first_and_using_then_would_let_several(committed_db, api):
    """The twin: without the row of the part, the condition in the UPDATE and the trigger."""
    from django.db import connection

    bought = buy(shopping.build(), api)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER vouchers_guard ON vouchers_welfarevoucher")
    looked = Barrier(AT_ONCE)

    def careless(_n: int) -> str:
        voucher = WelfareVoucher.objects.filter(unit=1).get()
        looked.wait(timeout=30)
        if voucher.status != "issued":
            return "VOUCHER_ALREADY_USED"
        WelfareVoucher.objects.filter(pk=voucher.pk).update(
            status=VoucherStatus.REDEEMED,
            ended_at=timezone.now(),
            redeemed_by_id=bought.manager.pk,
        )
        return "DONE"

    assert at_once(careless, AT_ONCE).count("DONE") > 1


def cancel_and_redeem(bought) -> list[str]:
    actor, code = bought.actor, bought.codes[0]

    def act(number: int) -> str:
        if number % 2:
            return outcome(actor, code)
        try:
            purchase_part_cancel(user_id=bought.town.employee.pk, provider_order_id=bought.part.pk)
        except Refusal as refusal:
            return refusal.code
        return "DONE"

    return at_once(act, 2)


@pytest.mark.slow
def test_used_and_cancelled_at_the_same_moment_one_wins(committed_db, api):
    bought = buy(shopping.build(), api)
    paid = bought.town.credit_left()
    answers = cancel_and_redeem(bought)
    back = bought.town.credit_left() - paid
    used = WelfareVoucher.objects.filter(status=VoucherStatus.REDEEMED).count()
    assert sorted(answers) in (
        ["DONE", "PART_NOT_CANCELLABLE"],
        ["DONE", "VOUCHER_CANCELLED"],
    )
    assert (used, back) in ((1, 0), (0, 3 * 5000))
    assert verify() == []


@pytest.mark.slow
def test_without_the_parts_row_it_would_be_used_and_paid_back(committed_db, api, monkeypatch):
    """The twin: redeeming does not touch the part, and meets the refund between look and write."""
    bought = buy(shopping.build(), api)
    paid, met = bought.town.credit_left(), Barrier(2)
    refuse = redeeming.used_vouchers

    def looked(part):
        refusals = list(refuse(part))
        met.wait(timeout=30)
        met.wait(timeout=30)
        return refusals

    from marketplace.sales import extensions

    monkeypatch.setattr(extensions, "objections", [looked])

    def act(number: int) -> None:
        if number:
            met.wait(timeout=30)
            WelfareVoucher.objects.filter(unit=1).update(
                status=VoucherStatus.REDEEMED,
                ended_at=timezone.now(),
                redeemed_by_id=bought.manager.pk,
            )
            met.wait(timeout=30)
        else:
            purchase_part_cancel(user_id=bought.town.employee.pk, provider_order_id=bought.part.pk)

    at_once(act, 2)
    assert WelfareVoucher.objects.filter(status=VoucherStatus.REDEEMED).count() == 1
    assert bought.town.credit_left() - paid == 3 * 5000
