"""Prometheus's page: who may read it, and that it counts what happened and no person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from marketplace.operation import heartbeats
from marketplace.sales.reconciliation.models import ReconciliationFinding, ReconciliationRun
from tests.graphql_client import Api
from tests.shopping import PURCHASE, purchase_input

TOKEN = "a-token-of-prometheus"


def figures(text: str) -> dict[tuple[str, ...], float]:
    """``{("welfarepiu_holds", "state=open"): 1.0}``."""
    return {
        (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))):
            sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }  # fmt: skip


@pytest.fixture
def scrape(settings):
    settings.METRICS_TOKEN = TOKEN

    def read() -> dict[tuple[str, ...], float]:
        answer = Client().get("/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}")
        assert answer.status_code == 200
        return figures(answer.content.decode())

    return read


def test_without_a_token_there_is_no_such_page(db):
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", HTTP_AUTHORIZATION="Bearer ").status_code == 404


@pytest.mark.parametrize("said", ["", "Bearer ", "Bearer another", TOKEN, f"Bearer {TOKEN}x"])
def test_another_token_reads_nothing(db, settings, said):
    settings.METRICS_TOKEN = TOKEN
    answer = Client().get("/metrics", HTTP_AUTHORIZATION=said)
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_purchase_is_counted_once_it_is_committed(
    town, scrape, django_capture_on_commit_callbacks
):
    before = scrape()
    with django_capture_on_commit_callbacks(execute=True):
        answer = Api()(PURCHASE, purchase_input("first-key", (town.camp, 1)), user=town.employee)
    assert answer["data"]["purchaseCreate"]["errors"] == []
    with django_capture_on_commit_callbacks(execute=True):
        Api()(PURCHASE, purchase_input("first-key", (town.camp, 1)), user=town.employee)
    after = scrape()
    grown = {key: after[key] - before.get(key, 0.0) for key in after}
    assert grown[("welfarepiu_orders_total",)] == 1
    assert grown[("welfarepiu_order_cents_total",)] == 5000
    assert grown[("welfarepiu_levy_cents_total",)] == 150
    assert grown[("welfarepiu_fund_cents",)] == 150
    api_requests = ("welfarepiu_request_duration_seconds_count", "route=api", "status=200")
    assert grown[api_requests] == 2


def test_what_is_rolled_back_is_not_counted(town, scrape):
    before = scrape()[("welfarepiu_orders_total",)]
    Api()(PURCHASE, purchase_input("a-key", (town.camp, 1)), user=town.employee)
    assert scrape()[("welfarepiu_orders_total",)] == before


def test_refusals_are_counted_by_code(town, scrape):
    key = ("welfarepiu_refusals_total", "code=INSUFFICIENT_CREDIT")
    before = scrape().get(key, 0.0)
    Api()(PURCHASE, purchase_input("too-much", (town.camp, 10)), user=town.employee)
    assert scrape()[key] == before + 1
    refused = ("welfarepiu_refusals_total", "code=INVALID_QUERY")
    before = scrape().get(refused, 0.0)
    Api()("{ nothing_like_this_by_anna }")
    found = scrape()
    assert found[refused] == before + 1
    assert not any("anna" in part for key in found for part in key)


def test_holds_open_and_expired_and_what_they_hold(town, scrape):
    from marketplace.ledger.holds import hold

    for n, minutes in enumerate((5, 10, -1)):
        expires = timezone.now() + timedelta(minutes=minutes)
        hold(key=f"h{n}", wallet_id=town.wallet_id, cents=100, expires_at=expires)
    found = scrape()
    assert found[("welfarepiu_holds", "state=open")] == 2
    assert found[("welfarepiu_holds", "state=expired")] == 1
    assert found[("welfarepiu_held_cents",)] == 300


def test_what_the_reconciler_left_is_told_by_code(db, scrape):
    run = ReconciliationRun.objects.create(
        started_by="clock", since=timezone.now(), until=timezone.now(), finished_at=timezone.now()
    )
    run.left_ids = [
        ReconciliationFinding.objects.create(
            run=run, code=code, subject=f"x {n}", sentence="x", repaired=False, digest=str(n)
        ).pk
        for n, code in enumerate(["ORDER_UNPAID", "ORDER_UNPAID", "LEVY_MISSING"])
    ]
    run.save()
    found = scrape()
    assert found[("welfarepiu_reconciler_differences", "code=ORDER_UNPAID")] == 2
    assert found[("welfarepiu_reconciler_differences", "code=LEVY_MISSING")] == 1
    assert 0 <= found[("welfarepiu_reconciler_age_seconds",)] < 60


def test_the_queues_age_is_that_of_the_last_heartbeat_done(everything_works, scrape):
    found = scrape()
    assert 0 <= found[("welfarepiu_queue_age_seconds",)] < 60
    assert 0 <= found[("welfarepiu_heartbeat_age_seconds", "part=beat")] < 60


def test_a_queue_that_waits_is_as_old_as_what_waits_in_it(db, scrape):
    heartbeats.worker_seen(timezone.now() - timedelta(seconds=40))
    assert 40 <= scrape()[("welfarepiu_queue_age_seconds",)] < 60


def test_its_statements_do_not_grow_with_the_orders(town, scrape, django_assert_max_num_queries):
    Api()(PURCHASE, purchase_input("one", (town.camp, 1)), user=town.employee)
    with django_assert_max_num_queries(10):
        scrape()
