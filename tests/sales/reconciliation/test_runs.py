"""Runs: what they keep, over which window, by whom; the command and the operator's API."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from marketplace.background import schedule
from marketplace.ledger.accounts import AccountKind, account
from marketplace.ledger.posting import Leg, SpendLots, post
from marketplace.sales.models import Settlement
from marketplace.sales.reconciliation import lock
from marketplace.sales.reconciliation.differences import Window
from marketplace.sales.reconciliation.models import ReconciliationFinding, ReconciliationRun
from marketplace.sales.reconciliation.services import reconcile
from marketplace.sales.reconciliation.settlements import compare
from marketplace.sales.reconciliation.tasks import reconcile_at_length, reconcile_lately
from marketplace.sales.reversals import Cause, order_reverse
from tests.companies import factories as companies
from tests.sales.reconciliation.books import books
from tests.sales.reconciliation.conftest import codes
from tests.shopping import PURCHASE, purchase_input

pytestmark = pytest.mark.django_db


@pytest.fixture
def odd(town) -> int:
    """A purchase in the ledger that nothing explains: listed, never repaired."""
    payable = account(AccountKind.PROVIDER_PAYABLE, town.dairy.pk)
    return post(
        kind="purchase",
        key="purchase:out of nowhere",
        legs=[Leg(payable, 100)],
        spend=SpendLots(town.wallet_id, 100),
        reference="out of nowhere",
    ).transfer_id


def run(*arguments: str) -> tuple[int, str]:
    """The command's exit code and what it said."""
    said = StringIO()
    try:
        call_command("reconcile", *arguments, stdout=said)
    except SystemExit as end:
        return int(end.code), said.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, said.getvalue()


def test_what_is_left_is_written_once_and_every_run_says_so(odd):
    first, second = reconcile().run, reconcile().run
    assert first.left_ids == second.left_ids
    finding = ReconciliationFinding.objects.get()
    assert finding.run == first
    assert (finding.code, finding.subject) == ("PURCHASE_WITHOUT_SETTLEMENT", f"transfer {odd}")
    assert finding.facts == {"transfer": odd}


def test_each_repair_is_written(bought):
    order_reverse(order_id=bought.order_id, cents=100, cause=Cause("test"))
    first = reconcile().run
    order_reverse(order_id=bought.order_id, cents=100, cause=Cause("test"))
    second = reconcile().run
    assert first.finished_at
    assert (first.repaired, second.repaired) == (1, 1)
    assert second.findings.get().repaired


@pytest.mark.parametrize("act", ["delete", "update"])
def test_the_database_keeps_findings_as_they_are(odd, act):
    reconcile()
    rows = ReconciliationFinding.objects.all()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        rows.delete() if act == "delete" else rows.update(repaired=True)


def test_a_dry_run_changes_and_stores_nothing(town, bought):
    order_reverse(order_id=bought.order_id, cents=100, cause=Cause("test"))
    before, runs = books(town), ReconciliationRun.objects.count()
    assert codes(reconcile(dry_run=True)) == ["REFUND_NOT_RECORDED"]
    assert books(town) == before
    assert ReconciliationRun.objects.count() == runs


def test_the_window_goes_back_to_where_the_last_run_ended(odd, settings):
    settings.RECONCILE_WINDOW_HOURS = 1
    now = timezone.now()
    reconcile(now=now - timedelta(days=3))
    assert reconcile(now=now).window.since == now - timedelta(days=3)
    assert reconcile(now=now).window.since == now - timedelta(hours=1)


def test_nothing_younger_than_the_grace_is_touched(api, town, settings):
    settings.RECONCILE_GRACE_SECONDS = 120
    variables = purchase_input("the-purchase", (town.honey, 1))
    api.data(PURCHASE, variables, user=town.employee)
    assert reconcile().findings == []
    assert codes(reconcile(now=timezone.now() + timedelta(minutes=3))) == ["ORDER_NOT_ANNOUNCED"]


def test_batches_of_any_size_see_the_same(api, town):
    for number in range(5):
        variables = purchase_input(f"purchase-{number}", (town.honey, 1))
        api.data(PURCHASE, variables, user=town.employee)
    Settlement.objects.update(order_id=None, order_number="", announced_at=timezone.now())
    now = timezone.now()
    found = {
        size: [d.subject for d in compare(Window(now - timedelta(days=1), now, now, batch=size))]
        for size in (1, 2, 3, 500)
    }
    assert len(found[1]) == 5
    assert all(found[size] == found[1] for size in found)


def test_the_queries_of_a_run_do_not_grow_with_the_purchases(
    api, town, django_assert_max_num_queries
):
    def buy(number: int) -> None:
        variables = purchase_input(f"purchase-{number}", (town.honey, 1), (town.camp, 1))
        api.data(PURCHASE, variables, user=town.employee)

    buy(0)
    reconcile()
    with django_assert_max_num_queries(250) as one:
        assert reconcile().findings == []
    queries = len(one)
    for number in range(1, 3):
        buy(number)
    Settlement.objects.update(announced_at=timezone.now())
    with django_assert_max_num_queries(queries + 15):
        # The look-ups by halving grow with the logarithm of the keys.
        assert reconcile().findings == []


class TestCommand:
    def test_books_that_agree(self, bought):
        code, said = run()
        assert code == 0
        assert "[1/" in said
        assert "All books agree." in said

    def test_a_repair(self, bought):
        order_reverse(order_id=bought.order_id, cents=100, cause=Cause("test"))
        code, said = run("--since", "30d")
        assert code == 0
        assert f"repaired  REFUND_NOT_RECORDED  order {bought.order_id}" in said
        assert "1 differences repaired, 0 left." in said

    def test_what_is_left_gives_exit_code_1(self, odd):
        code, said = run()
        assert code == 1
        assert "LEFT  PURCHASE_WITHOUT_SETTLEMENT" in said

    def test_a_dry_run_gives_exit_code_1_for_what_it_would_repair(self, bought):
        order_reverse(order_id=bought.order_id, cents=100, cause=Cause("test"))
        code, said = run("--dry-run")
        assert code == 1
        assert "1 differences; nothing was changed." in said

    def test_a_busy_reconciler_gives_exit_code_2(self, db, monkeypatch):
        monkeypatch.setattr(lock, "fetch_one", lambda statement: (False,))
        code, said = run()
        assert code == 2
        assert "Another reconciler is at work" in said

    @pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "d"])
    def test_a_day_that_is_none(self, db, text):
        code, said = run("--since", text)
        assert code == 1
        assert "is neither a day" in said


def test_the_clock_runs_it(odd):
    entries = schedule(["marketplace.sales.reconciliation"])
    assert set(entries) == {"reconcile", "reconcile-at-night"}
    reconcile_lately()
    reconcile_at_length()
    night, day = ReconciliationRun.objects.all()
    assert {night.started_by, day.started_by} == {"clock"}
    assert night.since < day.since


RECONCILE = """mutation($since: DateTime) { reconcile(since: $since) {
  run { startedBy leftCount repairedCount left { code subject sentence repaired } }
  errors { code field } } }"""
RUNS = """{ reconciliationRuns(first: 10) { totalCount edges { node {
  startedBy since until finishedAt leftCount repairedCount
  left { code } repaired { code subject foundAt } } } } }"""


class TestApi:
    def test_an_operator_reconciles_and_reads_the_history(self, api, bought, odd):
        operator = companies.operator()
        order_reverse(order_id=bought.order_id, cents=100, cause=Cause("test"))
        done = api.data(RECONCILE, user=operator)["reconcile"]
        assert done["errors"] == []
        assert done["run"]["startedBy"] == "operator"
        assert [one["code"] for one in done["run"]["left"]] == ["PURCHASE_WITHOUT_SETTLEMENT"]
        runs = api.data(RUNS, user=operator)["reconciliationRuns"]
        newest = runs["edges"][0]["node"]
        assert [one["code"] for one in newest["repaired"]] == ["REFUND_NOT_RECORDED"]
        assert newest["leftCount"] == 1
        assert ReconciliationRun.objects.first().by_user_id == operator.pk

    def test_nobody_else_does(self, api, town):
        for document in (RECONCILE, RUNS):
            assert api.refused(document, user=town.employee) == ["PERMISSION_DENIED"]
        assert not ReconciliationRun.objects.exists()

    def test_a_window_too_long_for_a_request_is_refused(self, api, db):
        since = (timezone.now() - timedelta(days=30)).isoformat()
        operator = companies.operator()
        assert api.refused(RECONCILE, {"since": since}, user=operator) == ["WINDOW_TOO_LONG"]

    def test_a_list_of_runs_costs_the_same_however_long(
        self, api, odd, django_assert_num_queries, django_assert_max_num_queries
    ):
        operator = companies.operator()
        reconcile()
        api.data(RUNS, user=operator)
        with django_assert_max_num_queries(20) as one:
            api.data(RUNS, user=operator)
        for _run in range(3):
            reconcile()
        with django_assert_num_queries(len(one)):
            api.data(RUNS, user=operator)
