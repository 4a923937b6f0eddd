"""Who sees which voucher: its holder with the code, its provider without, nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plugins.vouchers.models import WelfareVoucher
from plugins.vouchers.redeeming import voucher_redeem
from tests.companies import factories as companies
from tests.shopping import gid
from tests.vouchers.conftest import DAYS, buy

MINE = """query($status: String, $order: String) {
  myVouchers(first: 100, status: $status, orderNumber: $order) { totalCount edges { node {
    id code status holderName providerName providerComune { name } orderNumber productName
    unit units value { amount } issuedOn validUntil endedAt } } } }"""
ONE = """query($id: ID!) { myVoucher(id: $id) { code status holderName productName } }"""
THEIRS = """query($status: String) { myProviderVouchers(first: 100, status: $status) {
  totalCount edges { node { id status holderFirstName orderNumber productName unit units
    value { amount } issuedOn validUntil endedAt } } } }"""


def mine(api, user, **given):
    return [edge["node"] for edge in api.data(MINE, given, user=user)["myVouchers"]["edges"]]


def theirs(api, user, **given):
    found = api.data(THEIRS, given, user=user)["myProviderVouchers"]["edges"]
    return [edge["node"] for edge in found]


def test_the_holder_sees_code_name_and_where(api, bought):
    employee = bought.town.employee
    shown = mine(api, employee)
    assert sorted(one["code"] for one in shown) == sorted(bought.codes)
    assert {one["holderName"] for one in shown} == {
        f"{employee.first_name} {employee.last_name}".strip() or employee.email
    }
    assert {one["providerName"] for one in shown} == {"Campi estivi"}
    one = api.data(ONE, {"id": shown[0]["id"]}, user=employee)["myVoucher"]
    assert one["code"] == shown[0]["code"]


def test_of_one_order_and_of_one_status(api, bought):
    employee = bought.town.employee
    later = buy(bought.town, api, "one-more-day", days=1)
    assert len(mine(api, employee)) == DAYS + 1
    (only,) = mine(api, employee, order=later.part.order_number)
    assert only["units"] == 1
    voucher_redeem(actor=bought.actor, code=bought.codes[0])
    WelfareVoucher.objects.filter(unit=2).update(
        valid_until=timezone.localdate() - timedelta(days=1)
    )
    counts = {
        status: len(mine(api, employee, status=status))
        for status in ("issued", "redeemed", "expired", "cancelled")
    }
    assert counts == {"issued": 2, "redeemed": 1, "expired": 1, "cancelled": 0}
    assert api.refused(MINE, {"status": "lost"}, user=employee) == ["UNKNOWN_STATUS"]


def test_a_code_that_cannot_be_used_is_not_shown(api, bought):
    voucher_redeem(actor=bought.actor, code=bought.codes[0])
    shown = {one["unit"]: one for one in mine(api, bought.town.employee)}
    assert (shown[1]["status"], shown[1]["code"]) == ("redeemed", None)
    assert shown[1]["endedAt"]


def test_nobody_else_sees_it(api, bought):
    colleague = companies.employment(bought.town.company).user
    asked = {"id": gid("WelfareVoucher", bought.vouchers[0].pk)}
    for stranger in (colleague, bought.manager, bought.other_manager):
        assert mine(api, stranger) == []
        assert api.refused(ONE, asked, user=stranger) == ["NOT_FOUND"]
    assert theirs(api, bought.other_manager) == []
    assert api.refused(THEIRS, user=bought.town.employee) == ["PERMISSION_DENIED"]


def test_the_provider_sees_its_vouchers_and_no_code(api, bought):
    with CaptureQueriesContext(connection) as captured:
        shown = theirs(api, bought.manager)
    assert [one["holderFirstName"] for one in shown] == [bought.town.employee.first_name] * DAYS
    read = next(one["sql"] for one in captured if '"vouchers_welfarevoucher"."unit"' in one["sql"])
    for column in ("code", "code_hash", "last_name", "email", "password"):
        assert f'"{column}"' not in read
    assert "code" not in str(shown)


@pytest.mark.parametrize("asked", [MINE, THEIRS])
def test_a_long_list_costs_what_a_short_one_does(api, bought, asked):
    user = bought.town.employee if asked is MINE else bought.manager

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            api.data(asked, user=user)
        return len(captured)

    few = statements()
    buy(bought.town, api, "nine-more-days", days=1)
    assert statements() == few
