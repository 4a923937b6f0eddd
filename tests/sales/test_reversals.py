"""The way back: payment and levy in proportion, into the lots that paid, never more than paid."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.ledger.verification import verify
from marketplace.providers.models import ProviderOrder
from marketplace.refusals import Refusal
from marketplace.sales.models import Settlement, SettlementReversal
from marketplace.sales.reversals import Cause, levy_back, order_reverse, provider_order_reverse
from plugins.solidarity_fund.models import Levy
from tests.engine.installed import ORDERS, shop_staff
from tests.shopping import DELIVERY_CENTS, PURCHASE, gid, give, purchase_input
from tests.steps import Steps

pytestmark = pytest.mark.django_db
CAUSE = Cause("test")
HONEY, CAMP = 2 * 850, 5000


@pytest.fixture(params=["one request", "steps"])
def order(request, api, town):
    """A paid order of two providers, by either way in."""
    lines = (town.honey, 2), (town.camp, 1)
    if request.param == "steps":
        steps = Steps(api, town.employee)
        steps.ready(*lines, method=town.delivery)
        assert steps.complete()["order"]
    else:
        wanted = purchase_input("to-go-back", *lines)
        assert not api.data(PURCHASE, wanted, user=town.employee)["purchaseCreate"]["errors"]
    return Settlement.objects.get()


def part_of(order, provider):
    return ProviderOrder.objects.get(order_id=order.order_id, provider=provider)


def test_all_of_it_goes_back_to_the_cent(town, order):
    assert order_reverse(order_id=order.order_id, cause=CAUSE) == HONEY + CAMP + DELIVERY_CENTS
    assert town.credit_left() == 20_000
    assert town.fund_cents() == 0
    assert town.payable_cents(town.dairy) == town.payable_cents(town.camps) == 0
    assert town.company_levy_cents() == town.delivery_income_cents() == 0
    assert verify() == []


def test_a_second_time_gives_nothing(town, order):
    order_reverse(order_id=order.order_id, cause=CAUSE)
    assert order_reverse(order_id=order.order_id, cause=CAUSE) == 0
    with pytest.raises(Refusal, match="REFUND_EXCEEDS_PAYMENT"):
        order_reverse(order_id=order.order_id, cents=1, cause=CAUSE)
    assert town.credit_left() == 20_000


def test_a_part_takes_its_share_of_the_levy_along(town, order):
    part = part_of(order, town.camps)
    provider_order_reverse(provider_order_id=part.pk, cents=2500, key="half", cause=CAUSE)
    assert town.payable_cents(town.camps) == (CAMP - 100) - (2500 - 50)
    assert town.payable_cents(town.dairy) == HONEY - 34
    assert town.fund_cents() == 34 + 17 + 100 + 50 - 75
    assert town.company_levy_cents() == -(17 + 50) + 25
    assert town.credit_left() == 20_000 - HONEY - CAMP - DELIVERY_CENTS + 2500
    levy = Levy.objects.get(order_id=order.order_id, provider=town.camps.pk)
    assert levy.provider_cents == 100
    assert verify() == []


def test_the_same_key_gives_back_once(town, order):
    part = part_of(order, town.camps)
    first = provider_order_reverse(provider_order_id=part.pk, cents=100, key="k", cause=CAUSE)
    again = provider_order_reverse(provider_order_id=part.pk, cents=100, key="k", cause=CAUSE)
    assert first == again
    with pytest.raises(Refusal, match="IDEMPOTENCY_CONFLICT"):
        provider_order_reverse(provider_order_id=part.pk, cents=200, key="k", cause=CAUSE)
    assert SettlementReversal.objects.count() == 1


@pytest.mark.parametrize(
    ("cents", "code"),
    [(CAMP + 1, "REFUND_EXCEEDS_PAYMENT"), (0, "NOTHING_TO_REFUND"), (-5, "REFUND_EXCEEDS")],
)
def test_amounts_out_of_bounds_are_refused(town, order, cents, code):
    part = part_of(order, town.camps)
    before = town.credit_left()
    with pytest.raises(Refusal, match=code):
        provider_order_reverse(provider_order_id=part.pk, cents=cents, key="k", cause=CAUSE)
    assert town.credit_left() == before


def test_an_order_of_nobody_is_refused():
    with pytest.raises(Refusal, match="UNKNOWN_ORDER"):
        order_reverse(order_id="no such order", cause=CAUSE)


@given(amounts=st.lists(st.integers(1, 3000), max_size=8))
@settings(max_examples=200, deadline=None)
def test_parts_of_the_levy_add_up_whatever_the_refunds(amounts):
    part = ProviderOrder(
        provider_id=1,
        gross_cents=5003,
        levy_policy_id=1,
        levy_provider_cents=101,
        levy_company_cents=37,
    )
    for amount in [*amounts, 10**9]:
        amount = min(amount, part.gross_cents - part.refunded_cents)
        if not amount:
            break
        back = levy_back(part, amount)
        assert 0 <= back.provider_cents <= amount
        part.refunded_cents += amount
        part.levy_provider_refunded_cents += back.provider_cents
        part.levy_company_refunded_cents += back.company_cents
    assert part.levy_provider_refunded_cents == 101
    assert part.levy_company_refunded_cents == 37


def test_an_expired_lot_gets_the_days_that_the_plan_grants(api, town):
    from marketplace.ledger.selectors import wallet_balance

    soon = timezone.localdate() + timedelta(days=1)
    give(town.company, town.plan, town.employee, 500, days=1)
    wanted = purchase_input("from-a-dying-lot", (town.honey, 1), method="pick_up")
    api.data(PURCHASE, wanted, user=town.employee)
    order = Settlement.objects.get()
    assert min(lot.expires_on for lot in wallet_balance(town.wallet_id).lots) > soon
    tomorrow_next = timezone.now() + timedelta(days=3)
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr(timezone, "now", lambda: tomorrow_next)
        order_reverse(order_id=order.order_id, cause=CAUSE)
    granted = tomorrow_next.date() + timedelta(days=town.plan.refund_grace_days)
    assert granted in [lot.expires_on for lot in wallet_balance(town.wallet_id).lots]
    assert town.credit_left() == 20_500


class TestThroughSaleor:
    """Saleor's staff refunds and cancels as with any gateway."""

    @pytest.fixture
    def staff(self):
        return shop_staff("staff@example.com", "manage_orders")

    @staticmethod
    def payment():
        from saleor.payment.models import Payment

        return Payment.objects.get()

    def refund(self, api, staff, amount):
        given = {"id": gid("Payment", self.payment().pk), "amount": amount}
        return api.data(ORDERS["refund"], given, user=staff)["paymentRefund"]

    def test_a_refund_goes_over_all_parts_in_proportion(self, api, town, order, staff):
        before = town.credit_left()
        assert self.refund(api, staff, "35.25")["paymentErrors"] == []
        assert town.credit_left() == before + 3525
        assert self.payment().captured_amount * 100 == HONEY + CAMP + DELIVERY_CENTS - 3525
        assert part_of(order, town.dairy).refunded_cents == 850
        assert verify() == []

    def test_more_than_was_paid_is_refused(self, api, town, order, staff):
        before = town.credit_left()
        assert self.refund(api, staff, "9999")["paymentErrors"]
        assert town.credit_left() == before

    def test_cancelling_gives_all_back_once(self, api, town, order, staff):
        cancel = {"id": gid("Order", order.order_id)}
        answer = api.data(ORDERS["cancel"], cancel, user=staff)["orderCancel"]
        assert answer["order"]["status"] == "CANCELED"
        assert town.credit_left() == 20_000
        assert town.fund_cents() == 0
        assert self.payment().captured_amount == 0
        assert api.data(ORDERS["cancel"], cancel, user=staff)["orderCancel"]["orderErrors"]
        assert town.credit_left() == 20_000

    def test_cancelling_several_at_once_does_too(self, api, town, order, staff):
        cancel = {"ids": [gid("Order", order.order_id)]}
        answer = api.data(ORDERS["cancel several"], cancel, user=staff)["orderBulkCancel"]
        assert (answer["count"], answer["orderErrors"]) == (1, [])
        assert town.credit_left() == 20_000
        assert self.payment().captured_amount == 0
        assert (
            api.data(ORDERS["cancel several"], cancel, user=staff)["orderBulkCancel"]["count"] == 0
        )
        assert town.credit_left() == 20_000

    def test_cancelling_after_a_refund_gives_the_rest_back(self, api, town, order, staff):
        self.refund(api, staff, "10.00")
        api.data(ORDERS["cancel"], {"id": gid("Order", order.order_id)}, user=staff)
        assert town.credit_left() == 20_000
        assert self.payment().captured_amount == 0
        assert verify() == []

    def test_nobody_else_refunds(self, api, town, order):
        given = {"id": gid("Payment", self.payment().pk), "amount": "1.00"}
        assert api.refused(ORDERS["refund"], given, user=town.employee) == ["PERMISSION_DENIED"]
