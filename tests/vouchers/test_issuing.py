"""Which lines get vouchers, how many, worth what; and what becomes of them with a refund."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from marketplace.providers import fulfilment
from marketplace.refusals import Refusal
from marketplace.sales import terms
from marketplace.sales.cancellation import purchase_part_cancel
from marketplace.sales.models import Settlement
from marketplace.sales.reversals import Cause, order_reverse, provider_order_refund
from marketplace.sales.services import order_place
from marketplace.shop.orders import order_ref
from plugins.vouchers.issuing import needs_vouchers, vouchers_missing
from plugins.vouchers.models import VoucherTerm, WelfareVoucher
from plugins.vouchers.redeeming import voucher_redeem
from tests import shopping
from tests.providers import factories as providers
from tests.steps import Steps
from tests.vouchers.conftest import DAYS, buy

CAMP_CENTS = 5000


def statuses() -> list[str]:
    return list(WelfareVoucher.objects.order_by("unit").values_list("status", flat=True))


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"is_service": True}, True),
        ({"needs_packing": True, "needs_delivery": True}, False),
        ({"needs_packing": True}, False),
        ({"needs_delivery": True}, False),
        ({}, True),
    ],
)
@pytest.mark.django_db
def test_what_nobody_packs_or_brings_has_vouchers(facts, wanted):
    from dataclasses import replace

    line = providers.line(1, providers.bare_listing(providers.provider()))
    assert needs_vouchers(replace(line, **facts)) is wanted


def test_one_for_each_unit_of_a_service_and_none_for_what_is_brought(bought):
    town, today = bought.town, timezone.localdate()
    vouchers = bought.vouchers
    assert [(one.unit, one.units) for one in vouchers] == [(1, DAYS), (2, DAYS), (3, DAYS)]
    assert {one.provider_order_id for one in vouchers} == {bought.part.pk}
    assert {one.holder_id for one in vouchers} == {town.employee.pk}
    assert {one.product_name for one in vouchers} == {"Camp"}
    assert {one.value_cents for one in vouchers} == {CAMP_CENTS}
    assert {one.vat_kind for one in vouchers} == {"multi_purpose"}
    assert {one.valid_until for one in vouchers} == {today + timedelta(days=365)}
    assert len(set(bought.codes)) == DAYS


def test_saleors_own_steps_make_them_too(api, town):
    steps = Steps(api, town.employee)
    steps.ready((town.honey, 1), (town.camp, 2), method=town.delivery)
    assert steps.complete()["order"]
    assert statuses() == ["issued", "issued"]


def test_together_they_are_worth_the_line_to_the_cent(api, town):
    odd = shopping.variant(
        town.camps, "Third of a euro", 333, warehouse=town.warehouse, is_service=True
    )
    wanted = shopping.purchase_input("odd-cents", (odd, 3), method="on_site")
    assert not api.data(shopping.PURCHASE, wanted, user=town.employee)["purchaseCreate"]["errors"]
    assert sum(one.value_cents for one in WelfareVoucher.objects.all()) == 999


def test_no_code_rests_in_the_clear(bought):
    with connection.cursor() as cursor:
        cursor.execute("SELECT v::text, convert_from(code, 'UTF8') FROM vouchers_welfarevoucher v")
        rows = cursor.fetchall()
    for voucher, (row, sealed) in zip(bought.vouchers, rows, strict=True):
        assert voucher.code not in row + sealed


def test_placing_the_order_again_makes_no_more(bought):
    settlement = Settlement.objects.get()
    order_place(settlement, order_ref(settlement.token))
    assert statuses() == ["issued"] * DAYS


def test_the_reconciler_finds_what_lacks_and_makes_it(bought):
    settlement = Settlement.objects.get()
    sales = {settlement.order_id: terms.from_json(settlement.terms)[0]}
    assert vouchers_missing(sales) == set()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER vouchers_guard ON vouchers_welfarevoucher")
    WelfareVoucher.objects.all().delete()
    assert vouchers_missing(sales) == {settlement.order_id}
    order_place(settlement, order_ref(settlement.token))
    assert vouchers_missing(sales) == set()
    assert statuses() == ["issued"] * DAYS


def test_the_term_in_force_says_how_long_they_are_valid(api, town):
    today = timezone.localdate()
    VoucherTerm.objects.create(days=30, valid_from=today)
    VoucherTerm.objects.create(days=90, valid_from=today + timedelta(days=1))
    assert {one.valid_until for one in buy(town, api).vouchers} == {today + timedelta(days=30)}


def test_without_a_term_nothing_is_sold_that_needs_a_voucher(api, town):
    VoucherTerm.objects.all().delete()
    wanted = shopping.purchase_input("without-a-term", (town.camp, 1), method="on_site")
    assert api.refused(shopping.PURCHASE, wanted, user=town.employee) == ["VOUCHER_TERM_MISSING"]
    assert town.credit_left() == 20_000


# With a refund.


def test_a_cancelled_part_cancels_its_vouchers(bought):
    purchase_part_cancel(user_id=bought.town.employee.pk, provider_order_id=bought.part.pk)
    assert statuses() == ["cancelled"] * DAYS


def test_an_order_refunded_in_full_cancels_them_and_in_part_does_not(bought):
    provider_order_refund(
        provider_order_id=bought.part.pk, cents=100, key="sorry", cause=Cause("It rained")
    )
    assert statuses() == ["issued"] * DAYS
    order_reverse(order_id=bought.part.order_id, cause=Cause("Cancelled"))
    assert statuses() == ["cancelled"] * DAYS


def test_what_was_had_without_them_gets_none_after(bought):
    type(bought.part).objects.filter(pk=bought.part.pk).update(status="completed")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER vouchers_guard ON vouchers_welfarevoucher")
    WelfareVoucher.objects.all().delete()
    settlement = Settlement.objects.get()
    sales = {settlement.order_id: terms.from_json(settlement.terms)[0]}
    assert vouchers_missing(sales) == set()
    order_place(settlement, order_ref(settlement.token))
    assert statuses() == []


def test_what_went_back_gets_no_vouchers_any_more(bought):
    order_reverse(order_id=bought.part.order_id, cause=Cause("Cancelled"))
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER vouchers_guard ON vouchers_welfarevoucher")
    WelfareVoucher.objects.all().delete()
    settlement = Settlement.objects.get()
    order_place(settlement, order_ref(settlement.token))
    assert statuses() == []


def test_a_used_one_is_called_off_by_nobody(bought):
    voucher_redeem(actor=bought.actor, code=bought.codes[0])
    credit = bought.town.credit_left()
    with pytest.raises(Refusal, match="PART_NOT_CANCELLABLE"):
        purchase_part_cancel(user_id=bought.town.employee.pk, provider_order_id=bought.part.pk)
    with pytest.raises(Refusal, match="VOUCHER_USED"):
        fulfilment.provider_order_refuse(
            actor=bought.actor, provider_order_id=bought.part.pk, why="No room"
        )
    bought.part.refresh_from_db()
    assert (bought.part.status, bought.part.refunded_cents) == ("accepted", 0)
    assert bought.town.credit_left() == credit
    assert statuses() == ["redeemed", "issued", "issued"]


@pytest.mark.parametrize(
    "change",
    [
        "status = 'issued', ended_at = NULL, redeemed_by_id = NULL",
        "status = 'cancelled', redeemed_by_id = NULL",
        "code_hash = 'another'",
    ],
)
def test_the_database_keeps_an_ended_voucher_as_it_ended(bought, change):
    voucher_redeem(actor=bought.actor, code=bought.codes[0])
    for statement in (
        f"UPDATE vouchers_welfarevoucher SET {change} WHERE status = 'redeemed'",
        "DELETE FROM vouchers_welfarevoucher WHERE status = 'redeemed'",
    ):
        with (
            pytest.raises(IntegrityError, match="has ended"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_database_keeps_an_issued_vouchers_code_and_holder(bought):
    for change in ("code_hash = 'another'", "value_cents = 1"):
        with (
            pytest.raises(IntegrityError, match="would become another"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE vouchers_welfarevoucher SET {change} WHERE unit = 1")
