"""Transactions at the same time, and killed by SIGKILL between their charge and their order.

#8520: a payment without an order. It cannot come about here, and where another engine or a fault
makes one, the reconciler finds it and gives it back.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.order.models import Order
from saleor.payment.models import TransactionItem
from saleor.warehouse.models import Allocation

from marketplace.ledger.holds import expire_holds
from marketplace.ledger.verification import verify
from marketplace.providers.models import ProviderOrder
from marketplace.sales.models import Settlement
from marketplace.sales.reconciliation.services import reconcile
from marketplace.shop.completion import completing
from marketplace.shop.saleor3 import sessions
from plugins.sfa_logistics.models import Task
from plugins.welfare_wallet import gateway
from plugins.welfare_wallet.models import WalletHold
from tests import shopping
from tests.at_once import AT_ONCE, at_once
from tests.concurrency.crowd import complete
from tests.engine.installed import shop_staff
from tests.engine.saleor3.sessions import INITIALIZE, Sessions, act, codes
from tests.graphql_client import Api
from tests.sales.reconciliation.dying import COMMIT, after, before, both, killed
from tests.steps import GATEWAY

DUE = 850 + shopping.DELIVERY_CENTS


@pytest.fixture
def town(committed_db):
    return shopping.build()


@pytest.fixture
def session(town) -> Sessions:
    session = Sessions(Api(), town.employee)
    session.cart(town)
    return session


@pytest.fixture(autouse=True)
def _no_grace(settings):
    settings.RECONCILE_GRACE_SECONDS = 0


def bought_once(town: Any) -> None:
    """One order and one charge, all that follows from it once, and books that agree."""
    assert Order.objects.count() == Settlement.objects.standing().count() == 1
    assert ProviderOrder.objects.count() == 1
    assert Task.objects.exists()
    assert (town.credit_left(), town.held_cents()) == (20_000 - DUE, 0)
    assert sum(item.charged_value for item in TransactionItem.objects.all()) == 12
    assert verify() == []
    reconcile()
    assert reconcile().findings == []


def nothing_bought(town: Any) -> None:
    assert not Order.objects.exists()
    assert not Settlement.objects.standing().exists()
    assert not ProviderOrder.objects.exists()
    assert not Allocation.objects.filter(quantity_allocated__gt=0).exists()
    assert town.credit_left() + town.held_cents() == 20_000
    assert verify() == []


def test_one_session_completed_by_many_at_once_is_one_order_and_one_charge(town, session):
    session.initialize()
    answers = at_once(lambda _n: complete(session))
    assert len({answer["order"]["id"] for answer in answers}) == 1
    bought_once(town)


def initialize(session: Sessions, key: str | None) -> Any:
    variables = {"id": session.checkout, "gateway": {"id": GATEWAY}, "key": key}
    answer = Api()(INITIALIZE, variables, user=session.user)
    return answer["data"]["transactionInitialize"]


def test_many_sessions_of_one_checkout_at_once_hold_once(town, session):
    answers = at_once(lambda _n: initialize(session, None))
    refused = [codes(answer) for answer in answers if answer["errors"]]
    assert refused == [["TRANSACTION_UNDER_WAY"]] * (AT_ONCE - 1)
    assert town.held_cents() == DUE
    assert TransactionItem.objects.get().authorized_value == 12
    assert session.complete()["order"]
    bought_once(town)


def test_twin_without_the_lock_and_the_look_many_would_hold(town, session, monkeypatch):
    from marketplace.shop.saleor3 import transactions

    monkeypatch.setattr(transactions, "_lock", lambda _token: None)
    monkeypatch.setattr(sessions, "_the_only_one", lambda *_given: None)
    at_once(lambda _n: initialize(session, None))
    assert TransactionItem.objects.filter(authorized_value=12).count() > 1


def test_one_key_at_once_is_one_transaction(town, session):
    answers = at_once(lambda _n: initialize(session, "the-same-key"))
    assert {one["transaction"]["id"] for one in answers if not one["errors"]}.__len__() == 1
    assert TransactionItem.objects.count() == 1
    assert town.held_cents() == DUE


def test_completed_and_cancelled_at_once_is_one_or_the_other(town, session):
    staff = shop_staff("cashier@example.com", "handle_payments")
    session.initialize()
    item = TransactionItem.objects.get()

    def come(n: int) -> Any:
        return complete(session) if n % 2 else act(Api(), staff, "CANCEL", item=item)

    at_once(come, 4)
    if Order.objects.exists():
        return bought_once(town)
    nothing_bought(town)
    assert town.held_cents() == 0


def test_refunds_of_all_at_once_give_back_once(town, session):
    staff = shop_staff("cashier@example.com", "handle_payments")
    session.initialize()
    session.complete()
    item = TransactionItem.objects.get()
    at_once(lambda _n: act(Api(), staff, "REFUND", item=item), 4)
    item.refresh_from_db()
    assert town.credit_left() == 20_000
    assert (item.charged_value, item.refunded_value) == (0, 12)
    assert verify() == []


COMPLETE = "marketplace.shop.checkouts:CheckoutCompleteOnce._complete"
DYING = [
    *both("plugins.welfare_wallet.gateway:hold_pay"),
    *both("marketplace.shop.saleor3.items:charged"),
    after("marketplace.shop.saleor3.sessions:pay"),
    *both("saleor.checkout.complete_checkout:_create_order_from_checkout"),
    before(COMMIT, inside=COMPLETE),
]


@pytest.mark.parametrize("point", DYING, ids=str)
def test_killed_between_the_charge_and_the_order_nothing_is_lost(town, session, point):
    """#8520: what was charged goes with the order, or not at all."""
    session.initialize()
    assert killed(lambda: complete(session), point)
    nothing_bought(town)
    assert town.held_cents() == DUE
    assert reconcile().findings == []
    assert complete(session)["order"]
    bought_once(town)


def test_killed_after_the_commit_it_is_bought(town, session):
    session.initialize()
    assert killed(lambda: complete(session), after(COMMIT, inside=COMPLETE))
    bought_once(town)
    assert complete(session)["order"]
    bought_once(town)


def test_killed_and_never_completed_the_clock_gives_it_back(town, session):
    session.initialize()
    assert killed(lambda: complete(session), after("marketplace.shop.saleor3.items:charged"))
    expire_holds(timezone.now() + timedelta(days=1))
    assert (town.credit_left(), town.held_cents()) == (20_000, 0)
    reconcile()
    assert not WalletHold.objects.filter(ended_at=None).exists()
    nothing_bought(town)


def charge(session: Sessions) -> None:
    """A charge in a transaction of its own: what Saleor would make of one before its order."""
    checkout = Checkout.objects.get()
    with transaction.atomic(), completing(str(checkout.pk), session.user.pk):
        assert sessions.pay(gateway, GATEWAY, checkout)


def test_8520_a_payment_without_an_order_is_found_and_given_back(town, session):
    """The twin of the kills above: without our one transaction this is what they leave."""
    session.initialize()
    at = after(f"{__name__}:charge")
    assert killed(lambda: charge(session), at)
    assert town.credit_left() == 20_000 - DUE
    assert Settlement.objects.get().order_id is None
    assert TransactionItem.objects.get().charged_value == 12
    report = reconcile()
    assert [(one.code, one.repaired) for one in report.findings] == [("MONEY_WITHOUT_ORDER", True)]
    item = TransactionItem.objects.get()
    assert (item.charged_value, item.refunded_value) == (0, 12)
    assert town.credit_left() == 20_000
    assert reconcile().findings == []
    nothing_bought(town)
    connection.close()
    # The cart is still there, and may be bought anew.
    assert session.initialize()["errors"] == []
    assert complete(session)["order"]
    assert town.credit_left() == 20_000 - DUE
    assert verify() == []


def test_8520_said_to_be_charged_and_no_wallet_paid_is_listed(town, session):
    """An item that says charged, by whatever hand, with no money behind it."""
    from marketplace.shop.saleor3 import items

    session.initialize()
    item = TransactionItem.objects.get()
    items.charged(item, "by nobody")
    for _again in range(2):
        assert [(one.code, one.repaired) for one in reconcile().findings] == [
            ("PAYMENT_WITHOUT_MONEY", False)
        ]
    assert town.held_cents() == DUE
