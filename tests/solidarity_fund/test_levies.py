"""The levy: its arithmetic, its terms on a sale, its record and what goes back."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from marketplace.money import BASIS_POINTS
from marketplace.people.models import OrganisationKind
from marketplace.refusals import Refusal
from marketplace.registry import use
from marketplace.sales.sale import LevyShare, Reversal
from plugins.solidarity_fund import levies
from plugins.solidarity_fund.models import Levy, LevyReversal
from tests.solidarity_fund import factories

cents = st.integers(min_value=0, max_value=10**10)
bps = st.integers(min_value=0, max_value=BASIS_POINTS)


@given(cents, bps, bps, st.booleans())
def test_nobody_gives_less_than_nothing_and_a_provider_never_more_than_it_takes(
    base, provider_bps, company_bps, company_pays
):
    share = levies.Shares(1, 1, provider_bps, company_bps).of(7, base, company_pays=company_pays)
    assert 0 <= share.provider_cents <= base
    assert 0 <= share.company_cents <= base
    assert share.total_cents == share.provider_cents + share.company_cents + share.employee_cents
    assert share.employee_cents == 0
    assert company_pays or share.company_cents == 0
    # Rounded to the nearest cent: off by half a cent at most.
    assert abs(share.provider_cents * BASIS_POINTS - base * provider_bps) * 2 <= BASIS_POINTS


@given(st.lists(st.tuples(st.integers(1, 5), cents), min_size=1, max_size=8), bps, bps)
def test_a_sale_is_levied_once_per_provider_on_all_of_its_gross(lines, provider_bps, company_bps):
    sale = factories.sale(*lines)
    shares = levies.Shares(1, 1, provider_bps, company_bps)
    levied = levies.shares_of(sale, shares)
    assert [share.provider_id for share in levied] == list(sale.provider_ids)
    assert sum(share.base_cents for share in levied) == sale.total_cents


@given(cents, cents, bps)
def test_more_takings_never_give_less(one, other, share_bps):
    low, high = sorted((one, other))
    shares = levies.Shares(1, 1, share_bps, share_bps)
    assert (
        shares.of(1, low, company_pays=True).total_cents
        <= shares.of(1, high, company_pays=True).total_cents
    )


@pytest.fixture
def fund(db):
    return factories.fund()


@pytest.fixture
def provider(db):
    return factories.organisation(OrganisationKind.PROVIDER, "Cooperativa Lago")


@pytest.fixture
def buyer(db):
    return factories.employee()


def test_the_company_gives_nothing_where_none_stands_behind_the_credit(fund):
    factories.policy(fund, 300, 100)
    (with_company,) = levies.levy_of(factories.sale((1, 10_000))).shares
    (without,) = levies.levy_of(factories.sale((1, 10_000), company_id=None)).shares
    assert (with_company.provider_cents, with_company.company_cents) == (300, 100)
    assert (without.provider_cents, without.company_cents) == (300, 0)


def test_the_levy_goes_to_the_account_of_the_fund(fund):
    factories.policy(fund)
    assert levies.levy_of(factories.sale((1, 100))).fund_account_id == use("fund.account_id")()


def test_a_day_without_a_policy_sells_nothing(fund):
    with pytest.raises(Refusal) as refused:
        levies.shares_on(factories.DAY)
    assert refused.value.code == "LEVY_POLICY_MISSING"


def test_the_policy_is_read_once_in_seconds(fund):
    factories.policy(fund)
    levies.shares_on(factories.DAY)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        levies.shares_on(factories.DAY)
    assert len(captured) == 0


@pytest.fixture
def order(fund, provider, buyer):
    factories.policy(fund, 300, 100)
    sale = factories.sale((provider.pk, 10_000), user_id=buyer.pk)
    placed = factories.placed(sale, levies.levy_of(sale))
    levies.recorder.order_placed(placed)
    return placed


def test_an_order_is_recorded_in_one_statement_and_once(order):
    with CaptureQueriesContext(connection) as captured:
        levies.recorder.order_placed(order)
    assert len(captured) == 1
    levy = Levy.objects.get()
    assert (levy.order_id, levy.base_cents) == (order.order_id, 10_000)
    assert (levy.provider_cents, levy.company_cents, levy.total_cents) == (300, 100, 400)


@pytest.mark.parametrize("providers", [1, 5])
def test_statements_do_not_grow_with_providers(fund, buyer, providers):
    factories.policy(fund)
    ids = [factories.organisation(OrganisationKind.PROVIDER).pk for _ in range(providers)]
    sale = factories.sale(*((pk, 1_000) for pk in ids), user_id=buyer.pk)
    terms = levies.levy_of(sale)
    with CaptureQueriesContext(connection) as captured:
        levies.recorder.order_placed(factories.placed(sale, terms))
    assert len(captured) == 1
    assert Levy.objects.count() == providers


def reversal(order, transfer_id: int, provider_cents: int, company_cents: int) -> Reversal:
    (share,) = order.levy.shares
    back = LevyShare(
        provider_id=share.provider_id,
        policy_id=share.policy_id,
        base_cents=0,
        provider_cents=provider_cents,
        company_cents=company_cents,
    )
    provider_order = SimpleNamespace(provider_id=share.provider_id)
    return Reversal(order.order_id, provider_order, 0, back, False, transfer_id)


def test_a_refund_gives_back_once_per_transfer_in_one_statement(order):
    with CaptureQueriesContext(connection) as captured:
        levies.recorder.order_reversed(reversal(order, 501, 100, 30))
    assert len(captured) == 1
    levies.recorder.order_reversed(reversal(order, 501, 100, 30))
    assert Levy.objects.get().reversed_cents == 130
    levies.recorder.order_reversed(reversal(order, 502, 200, 70))
    levy = Levy.objects.get()
    assert levy.reversed_cents == levy.total_cents == 400
    assert LevyReversal.objects.count() == 2


def test_never_more_goes_back_than_was_levied(order):
    with (
        pytest.raises(IntegrityError, match="levy_gives_back_at_most_itself"),
        transaction.atomic(),
    ):
        levies.recorder.order_reversed(reversal(order, 501, 301, 0))
    assert Levy.objects.get().reversed_cents == 0
    assert not LevyReversal.objects.exists()


def test_without_the_check_more_would_go_back(order):
    factories.unguarded(
        "ALTER TABLE solidarity_fund_levy DROP CONSTRAINT levy_gives_back_at_most_itself"
    )
    levies.recorder.order_reversed(reversal(order, 501, 301, 0))
    assert Levy.objects.get().reversed_provider_cents == 301


def test_a_refund_waits_for_the_record_of_its_levy(order):
    with pytest.raises(Refusal) as refused:
        levies.recorder.order_reversed(
            Reversal("unknown", None, 0, order.levy.shares[0], True, 501)
        )
    assert refused.value.code == "LEVY_MISSING"


@pytest.mark.parametrize(
    "write",
    [
        "UPDATE solidarity_fund_levy SET provider_cents = 0",
        "UPDATE solidarity_fund_levy SET base_cents = 1000000",
        "DELETE FROM solidarity_fund_levy",
        "UPDATE solidarity_fund_levyreversal SET provider_cents = 0",
        "DELETE FROM solidarity_fund_levyreversal",
        "UPDATE solidarity_fund_levy SET reversed_provider_cents = 0",
    ],
)
def test_what_an_order_gave_is_history(order, write):
    levies.recorder.order_reversed(reversal(order, 501, 10, 5))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(write)
