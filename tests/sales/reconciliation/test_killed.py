"""The real thing: a process killed by SIGKILL at each step of a purchase, then the reconciler.

After each kill and run: nothing is lost, nothing is double, the ledger is verified, the books are
those of before or of one whole purchase, and a retry makes exactly one order.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from django.db import connection, transaction
from saleor.account.models import User
from saleor.checkout.models import Checkout
from saleor.payment.models import Payment
from saleor.warehouse.models import Stock

from marketplace.refusals import Refusal
from marketplace.sales.announcements import order_announce
from marketplace.sales.models import Settlement
from marketplace.sales.reconciliation.lock import only_one
from marketplace.sales.reconciliation.services import reconcile
from marketplace.sales.sale import GATEWAY
from marketplace.sales.services import order_place
from marketplace.shop import completion, engine, orders, payments
from marketplace.shop.carts import checkout_cart
from marketplace.shop.checkouts import checkout_of
from marketplace.shop.facts import PostalAddress
from plugins.welfare_wallet import gateway
from plugins.welfare_wallet.models import WalletHold
from tests import databases, shopping
from tests.engine.installed import ORDERS, part, shop_staff
from tests.graphql_client import Api
from tests.sales.reconciliation.books import Books, books
from tests.sales.reconciliation.conftest import codes
from tests.sales.reconciliation.dying import COMMIT, Point, after, before, both, killed
from tests.shopping import PURCHASE, gid, purchase_input
from tests.steps import Steps

_numbers = count(1)
saleors = part("dying")
SHOP = f"marketplace.shop.{engine.NAME}"


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    """A town in a database of its own, where every commit is real; all kills happen in it."""
    with django_db_blocker.unblock(), databases.cloned("killed"):
        built = shopping.build(50_000_000)
        Stock.objects.update(quantity=100_000)
        yield built


@pytest.fixture(scope="module")
def one(town) -> Books:
    """What one whole purchase adds to the books."""
    start = books(town)
    buy(town, "the-undisturbed-one")
    reconcile()
    return books(town) - start


@pytest.fixture(autouse=True)
def _everybody_was_told(town, one, _no_grace):
    """Each test starts with books that agree."""
    reconcile()
    assert reconcile().findings == []


def buy(town: Any, key: str) -> Any:
    variables = purchase_input(key, (town.honey, 2), (town.camp, 1))
    payload = Api().data(PURCHASE, variables, user=town.employee)["purchaseCreate"]
    assert payload["errors"] == []
    return payload


def checkout(town: Any) -> Steps:
    steps = Steps(Api(), town.employee)
    steps.create((town.honey, 2), (town.camp, 1))
    steps.deliver(town.delivery)
    return steps


def pay_and_complete(steps: Steps) -> Any:
    """The buyer's own retry: complete; where that is not to be, hold and pay first."""
    done = steps.complete()
    if done["order"] is None:
        steps.pay(steps.hold()["hold"]["token"])
        done = steps.complete()
    return done["order"]


def heal(town: Any, *expected: Books) -> None:
    """Reconcile; the books are one of those expected, and a second run finds nothing."""
    report = reconcile()
    assert report.left == [], report.left
    assert books(town) in expected
    assert reconcile().findings == []


def name(point: Point) -> str:
    return str(point)


MUTATION = "marketplace.api.mutations:WelfareMutation.mutate"
ORDER_PLACE = "marketplace.shop.orders:order_place"
FOLLOWED = [
    *both("marketplace.providers.orders:provider_orders_create"),
    *both("plugins.solidarity_fund.levies:LevyRecorder.order_placed"),
    *both("plugins.sfa_logistics.services.orders:TaskFollower.order_placed"),
    after("marketplace.sales.services:order_place"),
]
UNPAID = [
    *both("marketplace.shop.carts:price_cart"),
    *both("marketplace.sales.extensions:check"),
    *both(ORDER_PLACE),
    *both("marketplace.ledger.posting:post"),
    after("marketplace.sales.services:settle_from_wallet"),
    *both("marketplace.shop.payments:payment_record"),
    *FOLLOWED,
    before(COMMIT, inside=MUTATION),
]
PAID = [
    after(COMMIT, inside=MUTATION),
    before("celery.app.task:Task.apply_async"),
]


class TestOneRequest:
    @pytest.mark.parametrize("point", UNPAID, ids=name)
    def test_killed_before_the_commit_nothing_has_happened(self, town, one, point):
        key, start = f"killed-{next(_numbers)}", books(town)
        assert killed(lambda: buy(town, key), point)
        assert books(town) == start
        heal(town, start)
        assert not buy(town, key)["replayed"]
        heal(town, start + one)

    @pytest.mark.parametrize("point", PAID, ids=name)
    def test_killed_after_the_commit_it_is_bought_and_announced(self, town, one, point):
        key, start = f"killed-{next(_numbers)}", books(town)
        assert killed(lambda: buy(town, key), point)
        assert Settlement.objects.first().announced_at is None
        assert codes(reconcile()) == ["ORDER_NOT_ANNOUNCED"]
        heal(town, start + one)
        assert buy(town, key)["replayed"]
        heal(town, start + one)


COMPLETE = "marketplace.shop.checkouts:CheckoutCompleteOnce._complete"
HELD = "plugins.welfare_wallet.holds:hold_create"
UNCOMPLETED = [
    *both(HELD),
    *both("marketplace.ledger.holds:hold"),
    *both(COMMIT, inside=MUTATION),
    *both("saleor.payment.utils:create_payment"),
    *both("plugins.welfare_wallet.gateway:checkout_prepare"),
    *both("plugins.welfare_wallet.gateway:hold_pay"),
    *both("marketplace.ledger.holds:post_hold"),
    after("marketplace.sales.services:settle_from_hold"),
    after("plugins.welfare_wallet.holds:hold_ended"),
    *both("saleor.payment.utils:create_transaction"),
    *both("saleor.payment.utils:gateway_postprocess"),
    *both(saleors.ORDER_WRITTEN),
    *FOLLOWED,
    before(COMMIT, inside=COMPLETE),
]


class TestSteps:
    @pytest.mark.parametrize("point", UNCOMPLETED, ids=name)
    def test_killed_before_the_commit_the_credit_is_there_or_set_aside(self, town, one, point):
        steps, start = checkout(town), books(town)
        assert killed(lambda: pay_and_complete(steps), point)
        heal(town, start)
        assert pay_and_complete(steps)
        heal(town, start + one)

    def test_killed_after_the_commit_it_is_bought(self, town, one):
        steps, start = checkout(town), books(town)
        assert killed(lambda: pay_and_complete(steps), after(COMMIT, inside=COMPLETE))
        heal(town, start + one)
        assert pay_and_complete(steps)
        heal(town, start + one)


UNCANCELLED = [
    before(f"{SHOP}.plugins:GatewayPlugin.order_cancelled"),
    *both(saleors.REVERSE),
    *both("marketplace.shop.payments:refund_record"),
    before(COMMIT, inside=saleors.CANCELLING),
]


@pytest.fixture
def staff(town) -> Any:
    there = User.objects.filter(email="staff@example.com").first()
    return there or shop_staff("staff@example.com", "manage_orders")


def refund(staff: Any, amount: str = "35.25") -> Any:
    """Saleor's staff give back a part of the last order."""
    given = {"id": gid("Payment", Payment.objects.last().pk), "amount": amount}
    return Api().data(ORDERS["refund"], given, user=staff)["paymentRefund"]


def cancel(staff: Any) -> Any:
    given = {"id": gid("Order", Settlement.objects.first().order_id)}
    return Api().data(ORDERS["cancel"], given, user=staff)["orderCancel"]


class TestRefunds:
    @pytest.fixture
    def bought(self, town) -> Books:
        buy(town, f"refunded-{next(_numbers)}")
        reconcile()
        return books(town)

    @pytest.mark.parametrize("point", saleors.UNREFUNDED, ids=name)
    def test_killed_before_the_ledgers_commit_nothing_went_back(self, town, bought, staff, point):
        assert killed(lambda: refund(staff), point)
        heal(town, bought)
        assert refund(staff)["paymentErrors"] == []
        self.went_back(town, bought, 3525)

    @pytest.mark.parametrize("point", saleors.REFUNDED, ids=name)
    def test_killed_after_it_the_shop_says_so_too(self, town, bought, staff, point):
        assert killed(lambda: refund(staff), point)
        assert reconcile().left == []
        self.went_back(town, bought, 3525)

    @pytest.mark.parametrize("point", UNCANCELLED, ids=name)
    def test_killed_while_cancelling_nothing_went_back(self, town, bought, staff, point):
        assert killed(lambda: cancel(staff), point)
        heal(town, bought)
        assert cancel(staff)["orderErrors"] == []
        self.went_back(town, bought, Settlement.objects.first().gross_cents)

    def test_killed_after_cancelling_all_went_back_once(self, town, bought, staff):
        assert killed(lambda: cancel(staff), after(COMMIT, inside=saleors.CANCELLING))
        assert reconcile().left == []
        assert cancel(staff)["orderErrors"]
        self.went_back(town, bought, Settlement.objects.first().gross_cents)

    @staticmethod
    def went_back(town: Any, bought: Books, cents: int) -> None:
        now = books(town)
        assert now.credit - bought.credit == cents
        assert bought.captured - now.captured == bought.transacted - now.transacted == cents
        assert (now.orders, now.settlements) == (bought.orders, bought.settlements)
        assert reconcile().findings == []


class TestAnnouncing:
    ANNOUNCE = f"{SHOP}.orders:order_announce"
    TELLING = "marketplace.sales.announcements:order_announce"
    POINTS = [*both(ANNOUNCE), *both(COMMIT, inside=TELLING)]

    @pytest.mark.parametrize("point", POINTS, ids=name)
    def test_a_worker_killed_while_it_announces(self, town, point):
        buy(town, f"announced-{next(_numbers)}")
        order_id = Settlement.objects.first().order_id
        assert killed(lambda: order_announce(order_id=order_id), point)
        heal(town, books(town))
        assert Settlement.objects.first().announced_at


def charge(steps: Steps) -> Any:
    """A gateway that charges in a transaction of its own, before there is an order."""
    steps.pay(steps.hold()["hold"]["token"])
    hold = WalletHold.objects.first()
    with transaction.atomic(), completion.completing(hold.checkout_token, steps.user.pk):
        found = checkout_of(hold.checkout_token, steps.user.pk)
        gateway.checkout_prepare(found, hold_token=hold.token, discounts=[])
        gateway.hold_pay(hold_token=hold.token, amount_cents=hold.cents, currency="EUR")
    return found


def write_order(found: Any, user: Any) -> Any:
    """The order, in a second transaction."""
    address = PostalAddress("Anna", "Rossi", "Via Tadini 1", "Lovere", "24065")
    with transaction.atomic():
        ref = orders.order_place(checkout_cart(found), user=user, address=address)
        Checkout.objects.filter(pk=found.pk).delete()
    return ref


def book(settlement: Settlement, ref: Any) -> None:
    """The payment, in a third."""
    with transaction.atomic():
        payments.payment_record(
            ref,
            gateway=GATEWAY,
            amount_cents=settlement.gross_cents,
            reference=settlement.token,
            customer_ip=None,
        )


def buy_in_pieces(steps: Steps) -> None:
    """A purchase in four transactions: what another engine or gateway may make of it."""
    found = charge(steps)
    settlement = Settlement.objects.standing().get(token=str(found.pk))
    ref = write_order(found, steps.user)
    book(settlement, ref)
    order_place(settlement, ref)


HERE = "tests.sales.reconciliation.test_killed"
PIECES = [
    after(f"{HERE}:charge"),
    before(COMMIT, inside=f"{HERE}:write_order"),
    after(f"{HERE}:write_order"),
    before(COMMIT, inside=f"{HERE}:book"),
    after(f"{HERE}:book"),
    *FOLLOWED[:-1],
    before(COMMIT, inside="marketplace.sales.services:order_place"),
    after("marketplace.sales.services:order_place"),
]


class TestInPieces:
    """Payment and order in transactions of their own: what the reconciler is there for."""

    @pytest.mark.parametrize("point", PIECES, ids=name)
    def test_killed_between_them_it_is_bought_or_given_back(self, town, one, point):
        steps, start = checkout(town), books(town)
        assert killed(lambda: buy_in_pieces(steps), point)
        heal(town, start, start + one)
        assert pay_and_complete(steps)
        heal(town, start + one)

    @pytest.mark.parametrize("point", PIECES[:-1], ids=name)
    def test_without_the_reconciler_the_books_would_not_agree(self, town, one, point):
        """The twin: each of these kills leaves a difference, so the test above can fail."""
        steps, start = checkout(town), books(town)
        assert killed(lambda: buy_in_pieces(steps), point)
        assert books(town) not in (start, start + one)


class TestReconciler:
    GIVE_BACK = "marketplace.sales.reversals:settlement_reverse"
    SETTLE = "marketplace.sales.reconciliation.services:_settle"
    POINTS = [
        *both("marketplace.ledger.posting:reverse"),
        after(GIVE_BACK),
        *both("marketplace.sales.reconciliation.records:record"),
        *both(COMMIT, inside=SETTLE),
        before("marketplace.sales.reconciliation.services:_finish"),
    ]

    @pytest.mark.parametrize("point", POINTS, ids=name)
    def test_killed_itself_it_does_the_rest_next_time(self, town, one, point):
        steps, start = checkout(town), books(town)
        assert killed(lambda: charge(steps), after(f"{HERE}:charge"))
        assert killed(reconcile, point)
        heal(town, start)
        assert pay_and_complete(steps)
        heal(town, start + one)

    def test_two_at_once_one_says_so_and_leaves(self, town):
        with only_one(), ThreadPoolExecutor(1) as elsewhere:
            assert elsewhere.submit(self.try_to).result() == "RECONCILER_BUSY"
        assert self.try_to() == "at work"

    @staticmethod
    def try_to() -> str:
        try:
            reconcile()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "at work"
