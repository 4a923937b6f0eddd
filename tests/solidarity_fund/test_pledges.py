"""What an employee gives on top, freely: its arithmetic, its offer, its way through a purchase."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from marketplace.ledger.verification import verify
from marketplace.people.models import Role
from marketplace.refusals import Refusal
from marketplace.sales.models import Settlement
from marketplace.sales.reversals import Cause, order_reverse
from plugins.solidarity_fund import levies
from plugins.solidarity_fund.levies import Pledge
from plugins.solidarity_fund.models import Levy, LevyPledge, LevyPolicy
from plugins.solidarity_fund.policies import levy_pledge_set
from tests.shopping import DELIVERY_CENTS, PURCHASE, purchase_input
from tests.solidarity_fund import factories
from tests.steps import Steps

SET = """mutation($share: Boolean!, $roundUp: Boolean!) {
  levyPledgeSet(share: $share, roundUp: $roundUp) {
    pledge { share roundUp } errors { field code } } }"""
MINE = "{ myLevyPledge { share roundUp } }"

lines = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 10**8)), min_size=1, max_size=6)


@given(lines, st.integers(0, 10_000), st.booleans(), st.booleans())
def test_what_is_pledged_is_on_top_and_exact(sold, bps, share, round_up):
    sale = factories.sale(*sold)
    shares = levies.Shares(1, 1, 300, 100, bps, True)
    plain = levies.shares_of(sale, shares)
    given_ = levies.shares_of(sale, shares, Pledge(share, round_up))
    assert [(s.provider_cents, s.company_cents) for s in given_] == [
        (s.provider_cents, s.company_cents) for s in plain
    ]
    assert all(s.employee_cents >= 0 for s in given_)
    top = sum(s.employee_cents for s in given_)
    if not share and not round_up:
        assert top == 0
    if round_up and sale.total_cents:
        assert (sale.total_cents + top) % 100 == 0
    if round_up and not share:
        assert top < 100


def test_credit_that_no_company_stands_behind_gives_nothing_on_top():
    sale = factories.sale((1, 1_050), company_id=None)
    shares = levies.Shares(1, 1, 300, 100, 100, True)
    (share,) = levies.shares_of(sale, shares, Pledge(True, True))
    assert share.employee_cents == 0


@pytest.fixture
def fund(db):
    made = factories.fund()
    factories.policy(made, employee_bps=100, employee_round_up=True)
    return made


def test_a_pledge_is_set_changed_and_ended_and_its_past_stays(api, fund):
    me = factories.employee()
    assert api.data(MINE, user=me) == {"myLevyPledge": None}
    for share, round_up in ((True, False), (True, True), (True, True), (False, False)):
        given_ = {"share": share, "roundUp": round_up}
        payload = api.data(SET, given_, user=me)["levyPledgeSet"]
        assert payload == {"pledge": given_ if share or round_up else None, "errors": []}
        assert api.data(MINE, user=me)["myLevyPledge"] == payload["pledge"]
    assert LevyPledge.objects.filter(user=me, ended_at__isnull=False).count() == 2
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE solidarity_fund_levypledge SET share = false")


def test_only_what_is_offered_is_pledged_and_only_by_employees(api, db):
    made = factories.fund()
    factories.policy(made, employee_bps=100)
    me = factories.employee()
    given_ = {"share": True, "roundUp": True}
    payload = api.data(SET, given_, user=me)["levyPledgeSet"]
    assert payload["errors"] == [{"field": "roundUp", "code": "PLEDGE_NOT_OFFERED"}]
    assert api.refused(SET, given_) == ["NOT_SIGNED_IN"]
    treasurer = factories.person((Role.TREASURER, made.organisation))
    assert api.refused(SET, given_, user=treasurer) == ["PERMISSION_DENIED"]
    assert not LevyPledge.objects.exists()


def test_a_pledge_lapses_with_the_offer(fund):
    me = factories.employee()
    levy_pledge_set(fund=fund, user_id=me.pk, share=True, round_up=True)
    sale = factories.sale((1, 10_000), user_id=me.pk)
    assert levies.levy_of(sale).shares[0].employee_cents == 100
    factories.policy(fund, valid_from=factories.DAY)
    with CaptureQueriesContext(connection) as captured:
        assert levies.levy_of(sale).shares[0].employee_cents == 0
    # The policy, and the Fund's account; where nothing is offered, no pledge is looked for.
    assert not [query for query in captured if "levypledge" in query["sql"]]


@pytest.fixture
def round_up(town):
    """The town's employee rounds up from today on."""
    LevyPolicy.objects.update(employee_round_up=True)
    levies.forget_shares()
    levy_pledge_set(fund=town.fund, user_id=town.employee.pk, share=False, round_up=True)


@pytest.mark.django_db
@pytest.mark.usefixtures("round_up")
@pytest.mark.parametrize("way", ["one request", "steps"])
def test_a_purchase_is_rounded_up_and_its_refund_gives_that_back_too(api, town, way):
    gross = 2 * 850 + 5_000 + DELIVERY_CENTS
    cart = (town.honey, 2), (town.camp, 1)
    if way == "steps":
        steps = Steps(api, town.employee)
        steps.ready(*cart, method=town.delivery)
        assert steps.complete()["order"]
    else:
        answer = api.data(PURCHASE, purchase_input("round-up-1", *cart), user=town.employee)
        assert answer["purchaseCreate"]["errors"] == []
    assert gross % 100 == 50
    assert town.credit_left() == 20_000 - gross - 50
    levied = sum(levy.employee_cents for levy in Levy.objects.all())
    assert levied == 50
    assert town.fund_cents() == 34 + 17 + 100 + 50 + 50
    settlement = Settlement.objects.get()
    order_reverse(order_id=settlement.order_id, cause=Cause("test"))
    assert town.credit_left() == 20_000
    assert town.fund_cents() == 0
    assert all(levy.reversed_cents == levy.total_cents for levy in Levy.objects.all())
    assert verify() == []


def test_the_columns_keep_the_rules_too(fund):
    me = factories.employee()
    with pytest.raises(IntegrityError, match="gives_something"), transaction.atomic():
        LevyPledge.objects.create(fund=fund, user=me, share=False, round_up=False)
    levy_pledge_set(fund=fund, user_id=me.pk, share=True, round_up=False)
    with pytest.raises(IntegrityError, match="open_once"), transaction.atomic():
        LevyPledge.objects.create(fund=fund, user=me, share=True, round_up=False)
    with pytest.raises(Refusal, match="INVALID_SHARE"):
        factories.policy(
            fund, employee_bps=10_001, valid_from=timezone.localdate() + timedelta(days=9)
        )
