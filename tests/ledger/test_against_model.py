"""The ledger against a plain model of it, over random histories (Hypothesis)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from marketplace.ledger import accounts, holds, posting, selectors
from marketplace.ledger.models import AccountKind
from marketplace.ledger.posting import Leg, Posted, Refill, SpendLots
from marketplace.ledger.verification import verify
from marketplace.money import share_out
from marketplace.refusals import Refusal
from tests.ledger.factories import unique

FIRST_DAY = date(2096, 11, 2)  # no hold is overdue by the real clock
WALLETS = (1, 2)
GRACE_DAYS = 2

amounts = st.integers(1, 60)


@dataclass
class Model:
    """What the ledger should hold, in dictionaries."""

    cents: dict[int, int] = field(default_factory=dict)  # by account
    expires_on: dict[int, date] = field(default_factory=dict)  # by lot
    wallet: dict[int, int] = field(default_factory=dict)  # by lot
    taken: dict[int, dict[int, int]] = field(default_factory=dict)  # by source, by lot
    unrefilled: dict[int, dict[int, int]] = field(default_factory=dict)  # by source, by lot
    open_holds: dict[int, datetime] = field(default_factory=dict)  # expiry, by hold

    def move(self, legs: list[tuple[int, int]]) -> None:
        for account_id, cents in legs:
            self.cents[account_id] = self.cents.get(account_id, 0) + cents

    def spendable(self, wallet_id: int, on: date) -> list[int]:
        lots = [lot for lot, owner in self.wallet.items() if owner == wallet_id]
        return sorted(
            (lot for lot in lots if self.expires_on[lot] >= on and self.cents[lot] > 0),
            key=lambda lot: (self.expires_on[lot], lot),
        )

    def take(self, wallet_id: int, cents: int, on: date) -> list[tuple[int, int]] | None:
        """Legs out of the wallet's lots, or None where there is too little."""
        legs = []
        for lot in self.spendable(wallet_id, on):
            taken = min(cents, self.cents[lot])
            if taken:
                legs.append((lot, -taken))
                cents -= taken
        return None if cents else legs

    def remember(self, source: int, taken: list[tuple[int, int]]) -> None:
        self.taken[source] = {lot: -cents for lot, cents in taken}
        self.unrefilled[source] = dict(self.taken[source])

    def give_back(self, source: int, cents: int, on: date) -> list[tuple[int, int]] | None:
        """Legs into the lots that the source took from, or None where that is too much."""
        left = self.unrefilled.get(source, {})
        if cents > sum(left.values()):
            return None
        legs = list(zip(left, share_out(cents, list(left.values())), strict=True))
        for lot, share in legs:
            left[lot] -= share
            if share and self.expires_on[lot] < on:
                self.expires_on[lot] = max(self.expires_on[lot], on + timedelta(days=GRACE_DAYS))
        return [(lot, share) for lot, share in legs if share]


class LedgerMachine(RuleBasedStateMachine):
    purchases = Bundle("purchases")  # (transfer id, source id, legs of the purchase)
    open_holds = Bundle("open_holds")  # (hold id, cents), which the sweeper may have ended
    requests = Bundle("requests")  # (what was called, its arguments, its result)

    @initialize()
    def start(self) -> None:
        self.rolled_back = transaction.atomic()
        self.rolled_back.__enter__()
        self.model, self.today = Model(), FIRST_DAY
        self.world, self.clearing, self.lapsed = (
            accounts.account(kind, 0)
            for kind in (AccountKind.WORLD, AccountKind.HOLDS, AccountKind.LAPSED)
        )
        self.budget = accounts.account(AccountKind.COMPANY_BUDGET, 1)
        self.provider = accounts.account(AccountKind.PROVIDER_PAYABLE, 1)
        self.fund = accounts.account(AccountKind.FUND, 1)

    def teardown(self) -> None:
        if hasattr(self, "rolled_back"):
            try:
                assert verify() == []
            finally:
                transaction.set_rollback(True)
                self.rolled_back.__exit__(None, None, None)

    @property
    def now(self) -> datetime:
        return datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)

    def call(self, function, expected: list[tuple[int, int]] | None, code: str, **arguments):
        """Call; expect the legs, or the refusal with that code where there are none."""
        if expected is None:
            with pytest.raises(Refusal) as caught:
                function(**arguments)
            assert caught.value.code == code
            return None
        posted = function(**arguments)
        assert not posted.replayed
        if isinstance(posted, Posted):
            assert list(posted.entries) == expected
        self.model.move(expected)
        return posted

    @rule(target=requests, cents=amounts)
    def top_up(self, cents):
        legs = [(self.world, -cents), (self.budget, cents)]
        request = {"kind": "top_up", "key": unique(), "legs": [Leg(*leg) for leg in legs]}
        return posting.post, request, self.call(posting.post, legs, "", **request)

    @rule(
        target=requests,
        wallet_id=st.sampled_from(WALLETS),
        cents=amounts,
        days=st.integers(0, 6),
    )
    def allocate(self, wallet_id, cents, days):
        expires_on = self.today + timedelta(days=days)
        lot = accounts.open_lot(wallet_id=wallet_id, expires_on=expires_on)
        self.model.wallet[lot], self.model.expires_on[lot] = wallet_id, expires_on
        self.model.move([(lot, 0)])
        legs = [(self.budget, -cents), (lot, cents)]
        enough = self.model.cents.get(self.budget, 0) >= cents
        request = {"kind": "allocation", "key": unique(), "legs": [Leg(*leg) for leg in legs]}
        expected = legs if enough else None
        posted = self.call(posting.post, expected, "INSUFFICIENT_FUNDS", **request)
        return (posting.post, request, posted) if posted else multiple()

    @rule(target=purchases, wallet_id=st.sampled_from(WALLETS), cents=amounts)
    def spend(self, wallet_id, cents):
        levy = cents // 20
        paid = [(self.provider, cents - levy), (self.fund, levy)]
        taken = self.model.take(wallet_id, cents, self.today)
        posted = self.call(
            posting.post,
            None if taken is None else taken + [leg for leg in paid if leg[1]],
            "INSUFFICIENT_CREDIT",
            kind="purchase",
            key=unique(),
            legs=[Leg(*leg) for leg in paid],
            spend=SpendLots(wallet_id, cents),
            on=self.today,
        )
        if posted is None:
            return multiple()
        self.model.remember(posted.transfer_id, taken)
        return posted.transfer_id, posted.transfer_id, paid

    @rule(
        target=open_holds,
        wallet_id=st.sampled_from(WALLETS),
        cents=amounts,
        days=st.integers(1, 3),
    )
    def hold(self, wallet_id, cents, days):
        taken = self.model.take(wallet_id, cents, self.today)
        expires_at = self.now + timedelta(days=days)
        held = self.call(
            holds.hold,
            None if taken is None else [*taken, (self.clearing, cents)],
            "INSUFFICIENT_CREDIT",
            key=unique(),
            wallet_id=wallet_id,
            cents=cents,
            expires_at=expires_at,
            on=self.today,
        )
        if held is None:
            return multiple()
        self.model.remember(held.hold_id, taken)
        self.model.open_holds[held.hold_id] = expires_at
        return held.hold_id, cents

    @rule(target=purchases, hold=consumes(open_holds))
    def post_hold(self, hold):
        hold_id, cents = hold
        paid = [(self.provider, cents)]
        gone = self.model.open_holds.get(hold_id, self.now) <= self.now
        posted = self.call(
            holds.post_hold,
            None if gone else [(self.clearing, -cents), *paid],
            "HOLD_ALREADY_EXPIRED",
            hold_id=hold_id,
            key=unique(),
            kind="purchase",
            legs=[Leg(*leg) for leg in paid],
            now=self.now,
        )
        if posted is None:
            return multiple()
        del self.model.open_holds[hold_id]
        return posted.transfer_id, hold_id, paid

    def returned(self, hold_id: int, cents: int) -> list[tuple[int, int]]:
        """Legs that give a whole hold back, expired lots included and left expired."""
        left = self.model.unrefilled[hold_id]
        del self.model.open_holds[hold_id]
        legs = [*left.items(), (self.clearing, -cents)]
        self.model.unrefilled[hold_id] = dict.fromkeys(left, 0)
        return legs

    @rule(hold=consumes(open_holds))
    def void_hold(self, hold):
        hold_id, cents = hold
        is_open = hold_id in self.model.open_holds
        expected = self.returned(hold_id, cents) if is_open else None
        self.call(holds.void_hold, expected, "HOLD_ALREADY_EXPIRED", hold_id=hold_id, key=unique())

    @rule()
    def sweep(self):
        due = [hold for hold, expiry in self.model.open_holds.items() if expiry <= self.now]
        assert holds.expire_holds(self.now) == len(due)
        for hold_id in due:
            held_cents = sum(self.model.unrefilled[hold_id].values())
            self.model.move(self.returned(hold_id, held_cents))

    @rule(purchase=purchases, cents=amounts)
    def refill(self, purchase, cents):
        transfer_id, source_id, _paid = purchase
        back = self.model.give_back(source_id, cents, self.today)
        self.call(
            posting.post,
            None if back is None else [*back, (self.provider, -cents)],
            "REFILL_TOO_LARGE",
            kind="refund",
            key=unique(),
            legs=[Leg(self.provider, -cents)],
            refill=Refill(transfer_id, cents, self.today + timedelta(days=GRACE_DAYS)),
            on=self.today,
        )

    @rule(purchase=consumes(purchases))
    def reverse(self, purchase):
        transfer_id, source_id, paid = purchase
        taken, left = self.model.taken[source_id], self.model.unrefilled[source_id]
        expected = None
        if left == taken:
            self.model.unrefilled[source_id] = dict.fromkeys(taken, 0)
            expected = [*taken.items(), *((leg[0], -leg[1]) for leg in paid if leg[1])]
        self.call(
            posting.reverse, expected, "ALREADY_REFILLED", transfer_id=transfer_id, key=unique()
        )

    @rule()
    def lapse(self):
        for lot, cents, _expires_on in selectors.expired_lots(self.today):
            assert self.model.expires_on[lot] < self.today
            self.call(
                posting.lapse_lot,
                [(lot, -cents), (self.lapsed, cents)],
                "",
                account_id=lot,
                key=unique(),
                to_account_id=self.lapsed,
                on=self.today,
            )

    @rule(request=requests)
    def replay(self, request):
        function, arguments, first = request
        assert function(**arguments) == first._replace(replayed=True)

    @rule(request=requests)
    def replay_with_another_body(self, request):
        function, arguments, _first = request
        with pytest.raises(Refusal, match="IDEMPOTENCY_CONFLICT"):
            function(**arguments | {"reference": "another"})

    @rule(days=st.integers(1, 3))
    def pass_days(self, days):
        self.today += timedelta(days=days)

    @precondition(lambda self: hasattr(self, "model"))
    @invariant()
    def balances_agree(self):
        assert selectors.balances(self.model.cents) == self.model.cents
        assert sum(self.model.cents.values()) == 0
        for wallet_id in WALLETS:
            lots = self.model.spendable(wallet_id, self.today)
            assert [
                (lot.account_id, lot.cents, lot.expires_on)
                for lot in selectors.wallet_balance(wallet_id, self.today).lots
            ] == [(lot, self.model.cents[lot], self.model.expires_on[lot]) for lot in lots]


@pytest.mark.django_db
def test_random_histories():
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lots=st.lists(st.integers(1, 10_000), min_size=1, max_size=6),
    parts=st.lists(st.integers(1, 1000), min_size=1, max_size=4),
)
def test_refills_are_shared_out_as_money_shares_out(lots, parts):
    wallet, provider_id = accounts_of_a_wallet(lots)
    total = sum(lots)
    purchase = posting.post(
        kind="purchase",
        key=unique(),
        legs=[Leg(provider_id, total)],
        spend=SpendLots(wallet, total),
        on=FIRST_DAY,
    )
    lot_ids = [leg.account_id for leg in purchase.entries[:-1]]
    left = list(lots)
    for cents in share_out(total, parts):
        if not cents:
            continue
        posted = posting.post(
            kind="refund",
            key=unique(),
            legs=[Leg(provider_id, -cents)],
            refill=Refill(purchase.transfer_id, cents),
            on=FIRST_DAY,
        )
        shares = share_out(cents, left)
        left = [had - share for had, share in zip(left, shares, strict=True)]
        given = dict(posted.entries)
        assert [given.get(lot_id, 0) for lot_id in lot_ids] == shares
    assert left == [0] * len(lots)


def accounts_of_a_wallet(lots: list[int]) -> tuple[int, int]:
    """A wallet of its own with these lots, in this order, and a provider."""
    wallet = int(unique("9").split(":")[1]) + 1000
    world = accounts.account(AccountKind.WORLD, 0)
    for cents in lots:
        lot = accounts.open_lot(wallet_id=wallet, expires_on=FIRST_DAY)
        posting.post(kind="top_up", key=unique(), legs=[Leg(world, -cents), Leg(lot, cents)])
    return wallet, accounts.account(AccountKind.PROVIDER_PAYABLE, 1)
