"""The wallet through Saleor 3's Transactions API: the same rules as in the other two ways."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from saleor.app.models import App
from saleor.channel import TransactionFlowStrategy
from saleor.channel.models import Channel
from saleor.checkout.models import Checkout
from saleor.checkout.tasks import automatic_checkout_completion_task
from saleor.giftcard.models import GiftCard
from saleor.order.models import Order
from saleor.payment.models import Payment, TransactionEvent, TransactionItem
from saleor.plugins.manager import get_plugins_manager

from marketplace.ledger.holds import expire_holds
from marketplace.ledger.verification import verify
from marketplace.providers.models import ProviderOrder
from marketplace.refusals import Refusal
from marketplace.sales.models import Settlement
from plugins.ethics_charter.models import Adhesion
from plugins.sfa_logistics.models import Task
from plugins.solidarity_fund.models import Levy
from plugins.welfare_wallet.holds import holds_close
from plugins.welfare_wallet.models import WalletHold
from tests.companies import factories as companies
from tests.engine.installed import shop_staff
from tests.engine.saleor3.sessions import CREATE, REPORT, Sessions, act, codes
from tests.shopping import gid, give
from tests.steps import GATEWAY

HONEY, DELIVERY = 850, 350
DUE = HONEY + DELIVERY


@pytest.fixture
def session(api, town):
    return Sessions(api, town.employee)


@pytest.fixture
def staff(db):
    """Somebody of the shop's staff who handles payments."""
    return shop_staff("cashier@example.com", "handle_payments", "manage_orders")


def untouched(town) -> bool:
    """Nothing was set aside, paid or written down."""
    return (
        (town.credit_left(), town.held_cents(), town.fund_cents()) == (20_000, 0, 0)
        and not TransactionItem.objects.exists()
        and not WalletHold.objects.exists()
        and not Order.objects.exists()
        and verify() == []
    )


class TestOffer:
    def test_it_says_whose_wallets_there_are(self, town, session):
        session.cart(town)
        (ours,) = session.offer(GATEWAY)["gatewayConfigs"]
        assert ours["id"] == GATEWAY
        assert ours["data"]["wallets"] == [
            {"id": gid("Wallet", town.wallet_id), "balance": "200.00", "currency": "EUR"}
        ]
        assert [one["id"] for one in session.offer()["gatewayConfigs"]] == [GATEWAY]
        assert session.offer("somebody.else")["gatewayConfigs"][0]["data"] is None

    def test_nobody_else_learns_what_is_in_them(self, api, town, session):
        session.cart(town)
        stranger = companies.employment(town.company).user
        for who, code in ((stranger, "NOT_FOUND"), (None, "NOT_SIGNED_IN")):
            asked = Sessions(api, who)
            asked.checkout = session.checkout
            (config,) = asked.offer(GATEWAY)["gatewayConfigs"]
            assert config["data"] is None
            assert config["errors"][0]["message"].startswith(code)


class TestBuying:
    def test_what_is_held_is_paid_with_the_order(self, town, session):
        session.cart(town, (town.honey, 1), (town.camp, 1))
        made = session.initialize("62.00")
        assert made["errors"] == []
        assert made["transactionEvent"]["type"] == "AUTHORIZATION_SUCCESS"
        assert made["transaction"]["authorizedAmount"]["amount"] == 62
        assert (town.held_cents(), town.fund_cents()) == (6200, 0)
        order = session.complete()["order"]
        assert order["total"]["gross"]["amount"] == 62
        assert (town.credit_left(), town.held_cents()) == (20_000 - 6200, 0)
        item = TransactionItem.objects.get()
        assert (item.charged_value, item.authorized_value) == (62, 0)
        assert item.available_actions == ["refund"]
        placed = Order.objects.get()
        assert (placed.total_charged_amount, placed.charge_status) == (62, "full")
        assert placed.status == "unfulfilled"
        assert not Payment.objects.exists()
        assert verify() == []

    def test_levy_parts_and_tasks_follow_as_in_the_other_ways(self, api, town, session):
        session.bought(town, (town.honey, 1), (town.camp, 1))
        in_steps = Sessions(api, town.employee)
        in_steps.ready((town.honey, 1), (town.camp, 1), method=town.delivery)
        assert in_steps.complete()["order"]
        by_transaction, by_payment = Order.objects.order_by("created_at")
        for rows, of in ((ProviderOrder, "order_id"), (Task, "order_id")):
            assert (
                rows.objects.filter(**{of: str(by_transaction.pk)}).count()
                == rows.objects.filter(**{of: str(by_payment.pk)}).count()
                > 0
            )
        first, second = Settlement.objects.order_by("pk")
        assert first.terms["levy"] == second.terms["levy"]
        assert Levy.objects.count() % 2 == 0
        assert town.fund_cents() == 2 * sum(
            share["provider_cents"] + share["company_cents"] + share["employee_cents"]
            for share in first.terms["levy"]["shares"]
        )
        assert verify() == []

    def test_a_hold_that_is_there_already_may_pay(self, town, session):
        session.cart(town)
        token = session.hold()["hold"]["token"]
        assert session.initialize("12.00", data={"token": token})["errors"] == []
        assert session.complete()["order"]
        assert WalletHold.objects.get().token == token

    def test_which_of_two_wallets_pays_is_said(self, town, session):
        plan = companies.plan(town.company)
        second = give(town.company, plan, town.employee, 5000)
        session.cart(town)
        assert codes(session.initialize()) == ["WALLET_NOT_CHOSEN"]
        made = session.initialize(data={"walletId": gid("Wallet", town.wallet_id)})
        assert made["errors"] == []
        assert session.complete()["order"]
        assert Settlement.objects.get().wallet_id == town.wallet_id != second

    @pytest.mark.parametrize("strategy", list(dict(TransactionFlowStrategy.CHOICES)))
    def test_it_is_the_order_that_charges_whatever_the_channel_says(self, town, session, strategy):
        Channel.objects.update(default_transaction_flow_strategy=strategy)
        session.cart(town)
        session.initialize()
        assert TransactionItem.objects.get().charged_value == 0
        assert not Settlement.objects.exists()
        assert session.complete()["order"]
        assert TransactionItem.objects.get().charged_value == 12

    def test_the_one_who_stands_behind_it_has_no_key(self, town, session):
        session.bought(town)
        app = App.objects.get(identifier=GATEWAY)
        assert not app.tokens.exists()
        assert not app.permissions.exists()


class TestAgain:
    def test_one_key_is_one_transaction(self, town, session):
        session.cart(town)
        first, again = session.initialize(key="one-key"), session.initialize(key="one-key")
        assert again["errors"] == []
        assert first["transaction"]["id"] == again["transaction"]["id"]
        assert TransactionItem.objects.get().authorized_value == 12
        assert town.held_cents() == DUE
        assert session.complete()["order"]
        assert town.credit_left() == 20_000 - DUE

    def test_one_key_for_another_cart_is_refused(self, town, session):
        session.cart(town)
        session.initialize(key="one-key")
        session.cart(town, (town.honey, 2))
        assert session.initialize(key="one-key")["errors"][0]["code"] == "UNIQUE"
        assert TransactionItem.objects.count() == 1
        assert town.held_cents() == DUE

    def test_a_key_whose_payment_is_over_is_refused(self, town, session):
        session.cart(town)
        session.initialize(key="one-key")
        expire_holds(timezone.now() + timedelta(days=1))
        WalletHold.objects.update(ended_at=timezone.now())
        assert codes(session.initialize(key="one-key")) == ["IDEMPOTENCY_CONFLICT"]
        assert town.held_cents() == 0
        assert session.initialize(key="another-key")["errors"] == []
        assert session.complete()["order"]

    def test_a_second_transaction_of_one_checkout_is_refused(self, town, session):
        session.cart(town)
        session.initialize()
        for amount in (None, "12.00"):
            assert codes(session.initialize(amount)) == ["TRANSACTION_UNDER_WAY"]
        assert TransactionItem.objects.count() == 1
        assert town.held_cents() == DUE

    def test_a_cart_that_has_changed_is_paid_anew(self, api, town, session):
        """The first hold goes back, and its transaction says so."""
        session.cart(town)
        session.initialize()
        add = """mutation($id: ID!, $variant: ID!) { checkoutLinesUpdate(id: $id,
            lines: [{variantId: $variant, quantity: 3}]) { errors { code } } }"""
        variables = {"id": session.checkout, "variant": gid("ProductVariant", town.honey.pk)}
        api.data(add, variables, user=town.employee)
        refused = session.complete()
        assert refused["order"] is None
        assert session.initialize()["errors"] == []
        first, second = TransactionItem.objects.all()
        assert (first.authorized_value, first.canceled_value) == (0, 12)
        assert second.authorized_value == Decimal("29.00")
        assert town.held_cents() == 2900
        assert session.complete()["order"]
        assert town.credit_left() == 20_000 - 2900
        assert verify() == []

    def test_processing_it_again_changes_nothing(self, town, session):
        session.cart(town)
        transaction = session.initialize()["transaction"]["id"]
        answer = session.process(transaction)
        assert answer["errors"] == []
        assert answer["transactionEvent"]["type"] == "AUTHORIZATION_SUCCESS"
        assert town.held_cents() == DUE
        session.complete()
        assert session.process(transaction)["errors"] == []
        assert town.credit_left() == 20_000 - DUE
        assert TransactionItem.objects.get().charged_value == 12

    def test_in_steps_and_by_transaction_it_is_paid_once(self, town, session):
        """A payment in steps makes room for a transaction; Saleor has no way back from that."""
        session.ready((town.honey, 1), method=town.delivery)
        assert session.initialize()["errors"] == []
        assert not Payment.objects.get().is_active
        assert session.pay(session.hold()["hold"]["token"])["paymentErrors"]
        assert session.complete()["order"]
        assert Order.objects.get().total_charged_amount == 12
        assert Payment.objects.get().captured_amount == 0
        assert town.credit_left() == 20_000 - DUE
        assert verify() == []


class TestRefused:
    @pytest.mark.parametrize("amount", ["11.99", "12.01", "0.01", "1200", "6"])
    def test_a_part_or_more_than_all(self, town, session, amount):
        session.cart(town)
        assert codes(session.initialize(amount)) == ["WRONG_AMOUNT"]
        assert untouched(town)

    @pytest.mark.parametrize("data", [[], {"token": 5}, {"walletId": ["x"]}, {"a": 1}])
    def test_data_that_say_nothing(self, town, session, data):
        session.cart(town)
        assert codes(session.initialize(data=data)) == ["INVALID_DATA"]
        assert untouched(town)

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            ({"token": "hold_nothing"}, "HOLD_UNKNOWN"),
            ({"walletId": "V2FsbGV0OjA="}, "NOT_FOUND"),
            ({"walletId": "nonsense"}, "INVALID_ID"),
        ],
    )
    def test_what_is_not_there(self, town, session, data, code):
        session.cart(town)
        assert codes(session.initialize(data=data)) == [code]
        assert untouched(town)

    def test_somebody_elses_checkout_or_nobodys(self, town, session):
        """#19612, also without a token: who knows a checkout's id does not pay with its wallet."""
        session.cart(town)
        stranger = companies.employment(town.company).user
        give(town.company, town.plan, stranger, 20_000)
        assert codes(session.initialize(who=stranger)) == ["NOT_FOUND"]
        assert codes(session.initialize(who=None)) == ["NOT_SIGNED_IN"]
        assert untouched(town)

    def test_somebody_elses_transaction(self, town, session):
        session.cart(town)
        transaction = session.initialize()["transaction"]["id"]
        stranger = companies.employment(town.company).user
        for who in (stranger, None):
            assert codes(session.process(transaction, who)) == ["NOT_FOUND"]
            assert session.complete(who or stranger)["order"] is None
        assert (town.held_cents(), Order.objects.count()) == (DUE, 0)

    def test_somebody_elses_hold(self, api, town, session):
        session.cart(town)
        token = session.hold()["hold"]["token"]
        thief = companies.employment(town.company).user
        give(town.company, town.plan, thief, 20_000)
        theirs = Sessions(api, thief)
        theirs.cart(town)
        assert codes(theirs.initialize(data={"token": token})) == ["HOLD_OF_ANOTHER"]
        assert not TransactionItem.objects.exists()
        assert town.held_cents() == DUE

    def test_not_enough_credit(self, town, session):
        session.cart(town, (town.camp, 5))
        assert codes(session.initialize()) == ["INSUFFICIENT_CREDIT"]
        assert untouched(town)

    def test_a_line_outside_the_plan(self, town, session):
        town.plan.categories.remove("f-bis")
        session.cart(town, (town.camp, 1))
        assert codes(session.initialize()) == ["LINE_OUTSIDE_PLAN"]
        assert untouched(town)

    def test_an_order_that_is_there_already(self, town, session):
        session.checkout = session.bought(town)["id"]
        assert codes(session.initialize("1.00")) == ["ORDER_NOT_PAYABLE"]
        assert town.credit_left() == 20_000 - DUE

    def test_the_charter_suspended_meanwhile(self, town, session):
        session.cart(town)
        session.initialize()
        Adhesion.objects.filter(provider=town.dairy).update(
            withdrawn_at=timezone.now(), withdrawn_from=timezone.localdate()
        )
        done = session.complete()
        assert [one["code"] for one in done["welfareErrors"]] == ["CHARTER_NOT_IN_FORCE"]
        assert (town.held_cents(), Order.objects.count()) == (DUE, 0)
        assert TransactionItem.objects.get().charged_value == 0

    def test_an_expired_hold_pays_nothing_and_a_new_one_does(self, town, session):
        session.cart(town)
        transaction = session.initialize()["transaction"]["id"]
        expire_holds(timezone.now() + timedelta(days=1))
        done = session.complete()
        assert [one["code"] for one in done["welfareErrors"]] == ["HOLD_ALREADY_EXPIRED"]
        WalletHold.objects.update(ended_at=timezone.now())
        assert codes(session.process(transaction)) == ["HOLD_OUTDATED"]
        assert session.initialize()["errors"] == []
        assert session.complete()["order"]
        assert town.credit_left() == 20_000 - DUE

    def test_an_expired_hold_is_no_longer_said_to_be_authorized(self, town, session):
        session.cart(town)
        transaction = session.initialize()["transaction"]["id"]
        item = TransactionItem.objects.get()
        later = timezone.now() + timedelta(days=1)
        # Not before it has expired, and what it holds has been given back.
        assert (holds_close(now=timezone.now()), holds_close(now=later)) == (0, 0)
        expire_holds(later)
        assert (holds_close(now=later), holds_close(now=later)) == (1, 0)
        item.refresh_from_db()
        assert (item.authorized_value, item.canceled_value) == (0, 12)
        assert item.available_actions == []
        (said,) = item.events.filter(type="cancel_success")
        assert said.message == "the hold has expired"
        assert codes(session.process(transaction)) == ["HOLD_OUTDATED"]
        assert session.initialize()["errors"] == []
        assert session.complete()["order"]
        assert town.credit_left() == 20_000 - DUE

    def test_what_a_hold_has_paid_stays_paid(self, town, session):
        session.cart(town)
        session.initialize()
        assert session.complete()["order"]
        assert holds_close(now=timezone.now() + timedelta(days=1)) == 0
        item = TransactionItem.objects.get()
        assert (item.charged_value, item.canceled_value) == (12, 0)

    def test_another_gateway_is_saleors_affair(self, api, town, session):
        session.cart(town)
        from tests.engine.saleor3.sessions import INITIALIZE

        given = {"id": session.checkout, "gateway": {"id": "somebody.else"}}
        answer = api.data(INITIALIZE, given, user=town.employee)["transactionInitialize"]
        assert answer["errors"][0]["code"] == "NOT_FOUND"
        assert untouched(town)

    def test_the_hook_itself_asked_by_somebody_of_the_house(self, town, session):
        """Called past the API, by nobody in particular: no wallet, a failure written down."""
        from saleor.payment.interface import (
            PaymentGatewayData,
            TransactionProcessActionData,
            TransactionSessionData,
        )

        session.cart(town)
        checkout = Checkout.objects.get()
        asked = TransactionSessionData(
            transaction=TransactionItem(checkout=checkout, currency="EUR"),
            source_object=checkout,
            action=TransactionProcessActionData("CHARGE", Decimal(12), "EUR"),
            payment_gateway_data=PaymentGatewayData(GATEWAY),
            customer_ip_address=None,
        )
        manager = get_plugins_manager(allow_replica=False)
        answer = manager.transaction_initialize_session(asked).response
        assert answer["result"] == "AUTHORIZATION_FAILURE"
        assert answer["message"].startswith("NOT_SIGNED_IN")
        assert untouched(town)


class TestOtherPayments:
    def card(self) -> GiftCard:
        return GiftCard.objects.create(
            code="GIFT-CARD-1",
            currency="EUR",
            initial_balance_amount=Decimal(50),
            current_balance_amount=Decimal(50),
            is_active=True,
        )

    def gift(self, session, amount: str):
        from saleor.giftcard.const import GIFT_CARD_PAYMENT_GATEWAY_ID

        from tests.engine.saleor3.sessions import INITIALIZE

        gateway = {"id": GIFT_CARD_PAYMENT_GATEWAY_ID, "data": {"code": self.card().code}}
        given = {"id": session.checkout, "gateway": gateway, "amount": amount}
        made = session.api.data(INITIALIZE, given, user=session.user)["transactionInitialize"]
        assert made["transactionEvent"]["type"] == "AUTHORIZATION_SUCCESS"

    def test_a_gift_card_first(self, town, session):
        """#14487: gift card plus transaction."""
        session.cart(town)
        self.gift(session, "5.00")
        assert codes(session.initialize("7.00")) == ["WRONG_AMOUNT"]
        assert codes(session.initialize("12.00")) == ["OTHER_PAYMENT"]
        assert town.held_cents() == 0

    def test_a_gift_card_after(self, town, session):
        """#14487: both would be charged, and the buyer would pay more than the cart costs."""
        session.cart(town)
        session.initialize()
        self.gift(session, "5.00")
        done = session.complete()
        assert [one["code"] for one in done["welfareErrors"]] == ["OTHER_PAYMENT"]
        assert (town.held_cents(), Order.objects.count()) == (DUE, 0)
        assert GiftCard.objects.get().current_balance_amount == 50

    def test_a_gift_card_in_the_cart(self, town, session):
        session.cart(town)
        Checkout.objects.get().gift_cards.add(self.card())
        assert codes(session.initialize())[0] in ("GIFT_CARD_NOT_ACCEPTED", "WRONG_AMOUNT")
        assert untouched(town)

    def test_a_gift_card_and_a_payment_in_steps(self, town, session):
        """A payment by hold that Saleor would pass over, as the card covers the cart."""
        session.ready((town.honey, 1), method=town.delivery)
        self.gift(session, "12.00")
        session.pay(session.hold()["hold"]["token"])
        assert session.complete()["order"] is None
        assert not Order.objects.exists()
        assert town.credit_left() + town.held_cents() == 20_000

    def test_what_staff_say_was_paid_elsewhere(self, api, town, session, staff):
        """It covers the cart, and Saleor would make an order of it with the hold unpaid."""
        session.ready((town.honey, 1), method=town.delivery)
        given = {"id": session.checkout, "amount": "12.00"}
        made = api.data(CREATE, given, user=staff)["transactionCreate"]
        assert made["errors"] == []
        done = session.complete()
        assert [one["code"] for one in done["welfareErrors"]] == ["PAYMENT_OUTSIDE_CHECKOUT"]
        assert not Order.objects.exists()
        assert (town.held_cents(), town.fund_cents()) == (DUE, 0)

    def test_nobody_reports_what_our_money_did(self, api, town, session, staff):
        session.cart(town)
        transaction = session.initialize()["transaction"]["id"]
        given = {"id": transaction, "amount": "12.00"}
        answer = api.data(REPORT, given, user=staff)["transactionEventReport"]
        assert codes(answer) == ["OPERATION_NOT_OFFERED"]
        assert TransactionItem.objects.get().charged_value == 0


class TestCompletedTwice:
    """#12652, #19220: one payment completed twice, by a webhook or a clock and by the buyer."""

    def test_the_buyer_twice(self, town, session):
        order = session.bought(town)
        assert session.complete()["order"]["id"] == order["id"]
        assert Order.objects.count() == Settlement.objects.count() == 1
        assert town.credit_left() == 20_000 - DUE

    def test_saleors_clock_before_the_buyer(self, town, session):
        session.cart(town)
        session.initialize()
        checkout = Checkout.objects.get()
        with pytest.raises(Refusal, match="PAYMENT_OUTSIDE_CHECKOUT"):
            automatic_checkout_completion_task(checkout.pk, town.employee.pk)
        assert (town.held_cents(), Order.objects.count()) == (DUE, 0)
        assert session.complete()["order"]
        assert town.credit_left() == 20_000 - DUE

    def test_saleors_clock_after_the_buyer(self, town, session):
        session.cart(town)
        session.initialize()
        checkout = Checkout.objects.get().pk
        session.complete()
        automatic_checkout_completion_task(checkout, town.employee.pk)
        assert Order.objects.count() == Settlement.objects.count() == 1
        assert town.credit_left() == 20_000 - DUE
        assert verify() == []


class TestActions:
    def test_a_refund_goes_back_to_the_lots(self, api, town, session, staff):
        session.bought(town)
        answer = act(api, staff, "REFUND", "3.00")
        assert answer["errors"] == []
        assert answer["transaction"]["chargedAmount"]["amount"] == 9
        assert answer["transaction"]["refundedAmount"]["amount"] == 3
        assert town.credit_left() == 20_000 - 900
        assert Order.objects.get().total_charged_amount == 9
        rest = act(api, staff, "REFUND")
        assert rest["transaction"]["chargedAmount"]["amount"] == 0
        assert rest["transaction"]["actions"] == []
        assert town.credit_left() == 20_000
        assert verify() == []

    def test_more_than_is_left_is_refused_or_all_that_is_left(self, api, town, session, staff):
        """Saleor cuts what is asked for to what was charged; then there is nothing left."""
        session.bought(town)
        act(api, staff, "REFUND", "500.00")
        assert town.credit_left() == 20_000
        assert codes(act(api, staff, "REFUND", "1.00")) == ["NOTHING_TO_REFUND"]
        assert town.credit_left() == 20_000
        events = TransactionEvent.objects.filter(type="refund_success")
        assert [event.amount_value for event in events] == [12]
        assert verify() == []

    def test_saleor_apps_2446_a_refund_told_twice_is_given_once(self, api, town, session, staff):
        """saleor/apps #2446: a webhook's retry repeats a request; the money goes back once."""
        from saleor.payment.interface import TransactionActionData

        session.bought(town)
        act(api, staff, "REFUND", "3.00")
        item = TransactionItem.objects.get()
        request = TransactionEvent.objects.get(type="refund_request")
        for _retry in range(3):
            told = TransactionActionData(
                action_type="refund",
                transaction=TransactionItem.objects.get(),
                event=TransactionEvent.objects.get(pk=request.pk),
                transaction_app_owner=item.app,
                action_value=Decimal(3),
            )
            get_plugins_manager(allow_replica=False).transaction_refund_requested(
                told, Order.objects.get().channel.slug
            )
        assert town.credit_left() == 20_000 - 900
        item.refresh_from_db()
        assert (item.charged_value, item.refunded_value) == (9, 3)
        assert not TransactionEvent.objects.filter(type="refund_failure").exists()
        assert verify() == []

    def test_twin_without_the_mark_each_retry_would_give_back(
        self, api, town, session, staff, monkeypatch
    ):
        from saleor.payment.interface import TransactionActionData

        from marketplace.shop.saleor3 import sessions

        session.bought(town)
        act(api, staff, "REFUND", "3.00")
        request = TransactionEvent.objects.get(type="refund_request")
        TransactionEvent.objects.filter(pk=request.pk).update(psp_reference="")
        told = TransactionActionData(
            action_type="refund",
            transaction=TransactionItem.objects.get(),
            event=TransactionEvent.objects.get(pk=request.pk),
            transaction_app_owner=None,
            action_value=Decimal(3),
        )
        assert sessions._asked.get() is None
        get_plugins_manager(allow_replica=False).transaction_refund_requested(
            told, Order.objects.get().channel.slug
        )
        assert town.credit_left() == 20_000 - 600

    def test_nobody_but_who_handles_payments(self, api, town, session):
        session.bought(town)
        item = TransactionItem.objects.get()
        from tests.engine.saleor3.sessions import ACT

        for user in (town.employee, None):
            for action in ("REFUND", "CANCEL", "CHARGE"):
                given = {"id": gid("TransactionItem", item.token), "action": action}
                assert "errors" in api(ACT, given, user=user)
        assert town.credit_left() == 20_000 - DUE

    def test_a_cancelled_session_gives_its_hold_back(self, api, town, session, staff):
        session.cart(town)
        session.initialize()
        assert codes(act(api, staff, "CANCEL", "5.00")) == ["WRONG_AMOUNT"]
        assert town.held_cents() == DUE
        answer = act(api, staff, "CANCEL")
        assert answer["errors"] == []
        assert answer["transaction"]["canceledAmount"]["amount"] == 12
        assert (town.credit_left(), town.held_cents()) == (20_000, 0)
        assert session.complete()["order"] is None
        assert session.initialize()["errors"] == []
        assert session.complete()["order"]
        assert verify() == []

    def test_what_has_paid_is_not_cancelled(self, api, town, session, staff):
        session.bought(town)
        assert codes(act(api, staff, "CANCEL")) == ["HOLD_ALREADY_POSTED"]
        assert town.credit_left() == 20_000 - DUE
        assert not TransactionEvent.objects.filter(type__startswith="cancel").exists()

    def test_staff_do_not_charge_what_the_buyer_has_not_bought(self, api, town, session, staff):
        session.cart(town)
        session.initialize()
        assert codes(act(api, staff, "CHARGE")) == ["OPERATION_NOT_OFFERED"]
        assert (town.held_cents(), TransactionItem.objects.get().charged_value) == (DUE, 0)

    def test_a_cancelled_order_gives_all_back_once(self, api, town, session, staff):
        order = session.bought(town)
        act(api, staff, "REFUND", "3.00")
        cancel = "mutation($id: ID!) { orderCancel(id: $id) { errors { code message } } }"
        assert api.data(cancel, {"id": order["id"]}, user=staff)["orderCancel"]["errors"] == []
        assert town.credit_left() == 20_000
        item = TransactionItem.objects.get()
        assert (item.charged_value, item.refunded_value) == (0, 12)
        assert api.data(cancel, {"id": order["id"]}, user=staff)["orderCancel"]["errors"]
        assert town.credit_left() == 20_000
        assert verify() == []
