"""Each comparison with a difference made on purpose: repaired once, or listed and left alone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from saleor.order.models import Order
from saleor.payment import TransactionKind
from saleor.payment.models import Payment, Transaction

from marketplace.companies.services.allocations import CreditLine, credit_allocate
from marketplace.ledger.accounts import AccountKind, account
from marketplace.ledger.holds import hold as ledger_hold
from marketplace.ledger.holds import void_hold
from marketplace.ledger.posting import Leg, SpendLots, post
from marketplace.providers.models import ProviderOrder, ProviderOrderLine
from marketplace.sales.models import Settlement, SettlementReversal
from marketplace.sales.reconciliation.services import reconcile
from marketplace.sales.reversals import Cause, order_reverse
from marketplace.sales.sale import GATEWAY
from marketplace.shop import completion, orders, payments
from marketplace.shop.checkouts import checkout_of
from plugins.sfa_logistics.models import Task, TaskTemplate
from plugins.solidarity_fund.awards import award_pay
from plugins.solidarity_fund.models import Award, AwardStatus, Levy
from plugins.welfare_wallet import gateway
from plugins.welfare_wallet.models import WalletHold
from tests.companies import factories as companies
from tests.engine.installed import bare_order, order_cancelled_by
from tests.sales.reconciliation.books import books
from tests.sales.reconciliation.conftest import codes, left, repaired
from tests.shopping import PURCHASE, purchase_input
from tests.solidarity_fund.factories import actor, approved, committee, unguarded

pytestmark = pytest.mark.django_db


def pay_without_order(town, steps) -> Settlement:
    """What a gateway leaves that charges, and dies before the order."""
    token = steps.ready((town.honey, 2), (town.camp, 1), method=town.delivery)
    hold = WalletHold.objects.get(token=token)
    with completion.completing(hold.checkout_token, town.employee.pk):
        checkout = checkout_of(hold.checkout_token, town.employee.pk)
        gateway.checkout_prepare(checkout, hold_token=token, discounts=[])
        gateway.hold_pay(hold_token=token, amount_cents=hold.cents, currency="EUR")
    return Settlement.objects.get()


class TestMoneyWithoutOrder:
    def test_it_goes_back_into_the_lots_that_paid(self, town, steps):
        before = books(town)
        settlement = pay_without_order(town, steps)
        repaired("MONEY_WITHOUT_ORDER")
        assert books(town) == before
        settlement.refresh_from_db()
        assert settlement.given_back_transfer_id

    def test_the_same_checkout_can_then_be_paid_with_another_hold(self, town, steps):
        pay_without_order(town, steps)
        reconcile()
        assert steps.complete()["order"] is None
        steps.pay(steps.hold()["hold"]["token"])
        assert steps.complete()["order"]
        assert books(town).orders == books(town).settlements == 1
        assert reconcile().findings == []

    def test_it_is_never_placed_after(self, town, steps):
        from marketplace.refusals import Refusal
        from marketplace.sales.services import order_place

        settlement = pay_without_order(town, steps)
        reconcile()
        order = bare_order(town.employee, checkout_token=settlement.token)
        line = "1"
        ref = orders.order_ref(settlement.token)
        ref = type(ref)(str(order.pk), str(order.pk), settlement.token, {1: line, 2: line})
        with pytest.raises(Refusal, match="SETTLEMENT_GIVEN_BACK"):
            order_place(settlement, ref)

    def test_one_request_with_the_same_key_buys_again(self, api, town, bought):
        before = books(town)
        variables = purchase_input("another-key", (town.honey, 1))
        api.data(PURCHASE, variables, user=town.employee)
        lost = Settlement.objects.first()
        forget_order(lost)
        assert set(codes(reconcile())) == {"MONEY_WITHOUT_ORDER"}
        assert books(town) == before
        again = api.data(PURCHASE, variables, user=town.employee)["purchaseCreate"]
        assert again["errors"] == []
        assert not again["replayed"]
        assert api.data(PURCHASE, variables, user=town.employee)["purchaseCreate"]["replayed"]
        after = books(town)
        assert (after.orders, after.settlements) == (2, 2)

    def test_an_order_that_is_there_is_tied_once(self, town, bought):
        before = books(town)
        Settlement.objects.update(order_id=None, order_number="")
        repaired("ORDER_NOT_TIED")
        assert books(town) == before
        bought.refresh_from_db()
        assert bought.order_id


def forget_order(settlement: Settlement) -> None:
    """As if the shop had never written the order of a payment."""
    Settlement.objects.filter(pk=settlement.pk).update(order_id=None, order_number="")
    forget_parts(settlement.order_id)
    Transaction.objects.filter(payment__order_id=settlement.order_id).delete()
    Payment.objects.filter(order_id=settlement.order_id).delete()
    Order.objects.filter(pk=settlement.order_id).delete()


def forget_parts(order_id: str) -> None:
    Task.objects.filter(order_id=order_id).delete()
    erase("solidarity_fund_levy", f"order_id = '{order_id}'")
    erase(
        "vouchers_welfarevoucher",
        "provider_order_id IN (SELECT id FROM providers_providerorder"
        f" WHERE order_id = '{order_id}')",
    )
    ProviderOrderLine.objects.filter(provider_order__order_id=order_id).delete()
    ProviderOrder.objects.filter(order_id=order_id).delete()


def erase(table: str, where: str) -> None:
    """Delete rows that the database's guards keep."""
    unguarded(
        f"ALTER TABLE {table} DISABLE TRIGGER USER; DELETE FROM {table} WHERE {where};"
        f" ALTER TABLE {table} ENABLE TRIGGER USER"
    )


class TestWhatFollowsFromAnOrder:
    def test_parts_levies_and_tasks_are_made_once(self, town, bought):
        before = books(town)
        assert before.parts == before.levies == before.tasks == 2
        forget_parts(bought.order_id)
        repaired("ORDER_INCOMPLETE")
        assert books(town) == before

    @pytest.mark.parametrize("rows", ["solidarity_fund_levy", "sfa_logistics_task"])
    def test_what_one_room_lacks_is_made(self, town, bought, rows):
        before = books(town)
        erase(rows, f"id = (SELECT max(id) FROM {rows})")
        assert books(town) != before
        repaired("ORDER_INCOMPLETE")
        assert books(town) == before

    def test_a_task_that_nobody_can_make_is_left_with_its_reason(self, town, bought):
        Task.objects.all().delete()
        TaskTemplate.objects.all().delete()
        left("ORDER_INCOMPLETE")
        assert "STILL_MISSING" in reconcile().findings[0].sentence

    def test_tasks_of_a_part_that_went_back_are_not_asked_for(self, town, bought):
        order_reverse(order_id=bought.order_id, cause=Cause("test"))
        Task.objects.all().delete()
        repaired("REFUND_NOT_RECORDED")
        assert not Task.objects.exists()

    def test_an_order_that_the_shop_has_lost_is_listed(self, town, bought):
        Order.objects.update(checkout_token="")
        left("ORDER_GONE", "PAYMENT_WITHOUT_MONEY")


class TestPayments:
    def test_a_payment_without_money_is_listed(self, town, bought):
        Payment.objects.create(
            gateway=GATEWAY, total=5, captured_amount=5, currency="EUR", charge_status="x"
        )
        left("PAYMENT_WITHOUT_MONEY")

    def test_a_second_order_of_one_payment_is_listed(self, town, bought):
        first = Order.objects.get()
        second = bare_order(town.employee, checkout_token=first.checkout_token)
        Payment.objects.create(
            gateway=GATEWAY,
            order=second,
            total=5,
            captured_amount=5,
            currency="EUR",
            charge_status="x",
        )
        assert "PAYMENT_WITHOUT_SETTLEMENT" in codes(reconcile())

    def test_a_payment_that_the_shop_lacks_is_recorded(self, town, bought):
        before = books(town)
        Transaction.objects.all().delete()
        Payment.objects.all().delete()
        repaired("PAYMENT_NOT_RECORDED")
        assert books(town) == before

    def test_one_that_the_shop_lacks_is_recorded_with_its_refunds(self, town, bought):
        order_reverse(order_id=bought.order_id, cents=500, cause=Cause("test"))
        reconcile()
        before = books(town)
        Transaction.objects.all().delete()
        Payment.objects.all().delete()
        repaired("PAYMENT_NOT_RECORDED")
        assert books(town) == before


class TestRefunds:
    @pytest.mark.parametrize("amount", [1, 500, None])
    def test_what_went_back_is_recorded_with_the_shop(self, town, bought, amount):
        back = order_reverse(order_id=bought.order_id, cents=amount, cause=Cause("test"))
        repaired("REFUND_NOT_RECORDED")
        assert books(town).captured == books(town).transacted == bought.gross_cents - back

    def test_a_refund_that_the_shop_booked_and_did_not_sum_up(self, town, bought):
        order_reverse(order_id=bought.order_id, cents=500, cause=Cause("test"))
        Transaction.objects.create(
            payment=Payment.objects.get(),
            kind=TransactionKind.REFUND,
            is_success=True,
            amount=Decimal("5.00"),
            currency="EUR",
            gateway_response={},
        )
        repaired("REFUND_NOT_RECORDED")
        assert books(town).captured == books(town).transacted == bought.gross_cents - 500

    def test_a_refund_of_an_old_order_is_seen(self, town, bought):
        Settlement.objects.update(placed_at=timezone.now() - timedelta(days=80))
        order_reverse(order_id=bought.order_id, cents=500, cause=Cause("test"))
        repaired("REFUND_NOT_RECORDED")

    def test_a_refund_that_only_the_shop_knows_is_listed(self, town, bought):
        payments.refund_record(
            bought.order_id, gateway=GATEWAY, amount_cents=300, reference="by hand"
        )
        credit = town.credit_left()
        left("REFUND_NOT_IN_LEDGER")
        assert town.credit_left() == credit

    def test_a_refund_of_this_moment_is_left_to_who_makes_it(self, settings, town, bought):
        settings.RECONCILE_GRACE_SECONDS = 120
        order_reverse(order_id=bought.order_id, cents=500, cause=Cause("test"))
        assert reconcile().findings == []

    def test_a_cancelled_order_is_refunded_once(self, town, bought, monkeypatch):
        monkeypatch.setattr(
            "plugins.welfare_wallet.plugin.WelfareWalletPlugin.order_cancelled",
            lambda self, order, previous_value, **_more: previous_value,
        )
        order_cancelled_by(town.employee, Order.objects.get())
        repaired("CANCELLED_NOT_REFUNDED")
        assert town.credit_left() == 20_000
        assert books(town).captured == 0
        assert town.fund_cents() == 0


class TestHolds:
    def test_a_hold_that_ended_is_closed(self, town, steps):
        steps.ready((town.honey, 1), method=town.delivery)
        held = WalletHold.objects.get()
        void_hold(hold_id=held.ledger_hold_id, key="by hand")
        repaired("HOLD_NOT_CLOSED")
        held.refresh_from_db()
        assert held.ended_at

    def test_an_expired_hold_is_given_back_and_closed(self, town, steps):
        steps.ready((town.honey, 1), method=town.delivery)
        assert reconcile().findings == []
        later = timezone.now() + timedelta(hours=1)
        assert codes(reconcile(now=later)) == ["HOLD_OVERDUE", "HOLD_NOT_CLOSED"]
        assert reconcile(now=later).findings == []
        assert (town.held_cents(), town.credit_left()) == (0, 20_000)

    def test_a_hold_of_nobody_is_listed_until_it_expires(self, town):
        expires_at = timezone.now() + timedelta(minutes=30)
        ledger_hold(key="lonely", wallet_id=town.wallet_id, cents=700, expires_at=expires_at)
        left("HOLD_WITHOUT_OWNER")
        report = reconcile(now=expires_at + timedelta(minutes=1))
        assert codes(report) == ["HOLD_OVERDUE"]
        assert town.credit_left() == 20_000


class TestLedger:
    def test_a_purchase_without_a_settlement_is_listed(self, town):
        payable = account(AccountKind.PROVIDER_PAYABLE, town.dairy.pk)
        post(
            kind="purchase",
            key="purchase:out of nowhere",
            legs=[Leg(payable, 100)],
            spend=SpendLots(town.wallet_id, 100),
            reference="out of nowhere",
        )
        left("PURCHASE_WITHOUT_SETTLEMENT")

    def test_a_top_up_called_paid_is_looked_up(self, town):
        top_up = companies.top_up(town.company)
        type(top_up).objects.update(status="succeeded", transfer_id=1)
        left("TOP_UP_NOT_IN_LEDGER")

    def test_a_top_up_in_the_ledger_is_looked_up(self, town):
        world = account(AccountKind.WORLD, 0)
        budget = account(AccountKind.COMPANY_BUDGET, town.company.pk)
        post(kind="top_up", key="topup:77", legs=[Leg(world, -500), Leg(budget, 500)])
        left("TRANSFER_WITHOUT_TOP_UP")

    def test_an_allocation_that_says_more_than_was_given_is_listed(self, town):
        manager, employee = companies.manager(town.company), companies.employment(town.company)
        companies.paid_in(town.company, 10_000)
        allocation = credit_allocate(
            actor=actor(manager),
            plan_id=town.plan.pk,
            lines=[CreditLine(employee.pk, 2_500)],
            idempotency_key="a-key-of-its-own",
        )
        assert reconcile().findings == []
        allocation.lines.update(cents=2_600)
        left("ALLOCATION_NOT_IN_LEDGER")


class TestAwards:
    @pytest.fixture
    def award(self, town) -> Award:
        by = committee()
        made = approved(by)
        paid = award_pay(actor=actor(by.treasurer), request_id=made.pk)
        assert reconcile().findings == []
        # The database lets nobody make the difference.
        unguarded("ALTER TABLE solidarity_fund_award DISABLE TRIGGER solidarity_fund_award_guard")
        return paid

    def test_one_called_paid_that_became_other_credit_is_listed(self, award):
        Award.objects.filter(pk=award.pk).update(lot_account_id=1)
        left("AWARD_NOT_IN_LEDGER")

    def test_credit_of_one_that_is_not_called_paid_is_listed(self, award):
        Award.objects.filter(pk=award.pk).update(
            status=AwardStatus.RESERVED.value, paid_by=None, paid_at=None, lot_account_id=None
        )
        left("CREDIT_WITHOUT_AWARD")


class TestAnnouncements:
    def test_an_order_is_announced_once(self, api, town):
        variables = purchase_input("the-purchase", (town.honey, 1))
        api.data(PURCHASE, variables, user=town.employee)
        repaired("ORDER_NOT_ANNOUNCED")
        assert Settlement.objects.get().announced_at

    def test_an_order_of_last_week_is_not_announced_any_more(self, api, town):
        variables = purchase_input("the-purchase", (town.honey, 1))
        api.data(PURCHASE, variables, user=town.employee)
        Settlement.objects.update(placed_at=timezone.now() - timedelta(days=7))
        assert reconcile(since=timezone.now() - timedelta(days=90)).findings == []

    def test_saleors_own_steps_announce_themselves(self, town, steps):
        steps.ready((town.honey, 1), method=town.delivery)
        steps.complete()
        assert reconcile().findings == []


def test_a_broken_check_keeps_no_other_from_its_work(town, bought, monkeypatch):
    def broken(_sales):
        raise ZeroDivisionError

    from marketplace.sales.reconciliation.checks import follow_ups

    monkeypatch.setitem(follow_ups, "broken", broken)
    order_reverse(order_id=bought.order_id, cents=500, cause=Cause("test"))
    report = reconcile()
    assert [(f.code, f.repaired) for f in report.findings] == [
        ("CHECK_BROKE_OFF", False),
        ("REFUND_NOT_RECORDED", True),
    ]


def test_a_repair_that_fails_is_listed_and_changes_nothing(town, bought, monkeypatch):
    before = books(town)
    erase("solidarity_fund_levy", "true")

    def failing(self, placed):
        raise ZeroDivisionError

    monkeypatch.setattr("plugins.sfa_logistics.services.orders.TaskFollower.order_placed", failing)
    left("ORDER_INCOMPLETE")
    assert not Levy.objects.exists()
    monkeypatch.undo()
    repaired("ORDER_INCOMPLETE")
    assert books(town) == before


def test_reversals_stay_one_per_cause(town, bought):
    """The reconciler records refunds with the shop; it gives nothing back a second time."""
    order_reverse(order_id=bought.order_id, cents=500, cause=Cause("test"))
    rows = SettlementReversal.objects.count()
    credit = town.credit_left()
    reconcile()
    assert SettlementReversal.objects.count() == rows
    assert town.credit_left() == credit
