"""Redis gone, and back; a worker killed: on the production stack, with a real Redis.

It says so, keeps what it has, and goes on by itself when the part is back.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from marketplace.embedded.processes import stop_all
from marketplace.ledger.verification import verify
from marketplace.sales.models import Settlement
from marketplace.sales.reconciliation.services import reconcile
from tests import databases, shopping
from tests.engine.installed import token_of
from tests.engine.saleor3.production import Stack, wait_for
from tests.shopping import PURCHASE, purchase_input
from tests.steps import Steps

PASSWORD = "my-dearest-password-1"
SIGN_IN = """mutation($email: String!, $password: String!) {
  tokenCreate(email: $email, password: $password) { token errors { code message } } }"""
FORGOTTEN = """mutation($email: String!, $channel: String!) {
  requestPasswordReset(email: $email, channel: $channel, redirectUrl: "http://127.0.0.1/renew") {
    errors { code message } } }"""


@pytest.fixture(scope="module")
def stack(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Stack]:
    with django_db_blocker.unblock(), databases.cloned("parts") as name:
        made = Stack(tmp_path_factory.mktemp("stack"), name)
        made.town = shopping.build(1_000_000)
        made.town.employee.set_password(PASSWORD)
        made.town.employee.save()
        made.database = name
        made.api()
        wait_for(lambda: made.get("/health/live")[0] == 200)
        yield made
        made.stop()


def buy(stack: Stack, key: str) -> Any:
    said = stack.ask(
        PURCHASE, purchase_input(key, (stack.town.camp, 1)), token_of(stack.town.employee)
    )
    payload = said["data"]["purchaseCreate"]
    assert payload["errors"] == []
    return payload


def settlement(bought: Any) -> Settlement:
    return Settlement.objects.get(order_number=bought["purchase"]["orderNumber"])


def announced(bought: Any) -> bool:
    return settlement(bought).announced_at is not None


def ill(stack: Stack) -> list[str]:
    said = stack.get("/health/ready")[1]
    return [check["code"] for check in said["checks"] if not check["ok"]] if said else []


@pytest.mark.slow
def test_redis_gone_and_back(stack):
    email = stack.town.employee.email
    worker = stack.worker()
    # Not there yet: what starts before it waits for it, and says so.
    assert "BROKER_UNREACHABLE" in ill(stack)
    first = buy(stack, "before-there-is-one")
    assert not announced(first)
    wait_for(lambda: "Cannot connect" in stack.log("worker"))

    redis = stack.redis()
    try:
        wait_for(lambda: "BROKER_UNREACHABLE" not in ill(stack))
        second = buy(stack, "while-it-is-there")
        wait_for(lambda: announced(second))

        redis.terminate()
        redis.wait()
        third = buy(stack, "in-the-middle")
        assert not third["replayed"]
        assert buy(stack, "in-the-middle")["replayed"]
        assert "BROKER_UNREACHABLE" in ill(stack)
        assert "welfarepiu.order_announce could not be queued: ConnectionError" in stack.log("api")
        assert 'welfarepiu_tasks_unsent_total{task="welfarepiu.order_announce"} 2.0' in (
            stack.metrics()
        )
        # Whoever comes now signs in all the same.
        said = stack.ask(SIGN_IN, {"email": email, "password": PASSWORD})
        assert said["data"]["tokenCreate"]["token"], said

        redis = stack.redis()
        wait_for(lambda: "BROKER_UNREACHABLE" not in ill(stack))
        fourth = buy(stack, "when-it-is-back")
        # By the same worker, which nobody has started again.
        wait_for(lambda: announced(fourth))
        assert not worker.ended

        assert not announced(first)
        assert not announced(third)
        found = reconcile(now=timezone.now() + timedelta(minutes=5)).findings
        assert [one.code for one in found] == ["ORDER_NOT_ANNOUNCED"] * 2
        assert all(map(announced, (first, second, third, fourth)))
        assert verify() == []
    finally:
        stop_all([worker], seconds=15)
        redis.terminate()
        redis.wait()


class Asking:
    """Saleor's steps, asked of the stack."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def data(self, document: str, variables: Any, user: Any) -> Any:
        said = self.stack.ask(document, variables, token_of(user))
        assert "errors" not in said, said
        return said["data"]


def letters(stack: Stack) -> list[str]:
    """What the buyer has been sent, the words alone."""
    to = stack.town.employee.email
    found = [one for one in stack.mail.letters if one["To"] == to]
    return [one.get_body(("plain",)).get_content() for one in found]


@pytest.mark.slow
def test_letters_asked_for_while_redis_is_gone_are_sent_when_it_is_back(stack):
    buyer = stack.town.employee
    assert "BROKER_UNREACHABLE" in ill(stack)
    before = letters(stack)
    said = stack.ask(FORGOTTEN, {"email": buyer.email, "channel": settings.WELFAREPIU_CHANNEL})
    assert said["data"]["requestPasswordReset"] == {"errors": []}, said
    steps = Steps(Asking(stack), buyer)
    steps.ready((stack.town.camp, 1))
    completed = steps.complete()
    assert completed["order"], completed
    assert "welfarepiu_tasks_kept 0.0" not in stack.metrics()
    assert letters(stack) == before

    redis, worker = stack.redis(), stack.worker("postman")
    try:
        wait_for(lambda: "ready" in stack.log("postman"))
        # As beat does every half minute.
        stack.send("marketplace.operation.tasks.kept_send")
        number = completed["order"]["number"]
        wait_for(lambda: any("renew?email" in one for one in letters(stack)))
        wait_for(lambda: any(number in one for one in letters(stack)))
        assert "welfarepiu_tasks_kept 0.0" in stack.metrics()
    finally:
        stop_all([worker], seconds=15)
        redis.terminate()
        redis.wait()


@pytest.mark.slow
def test_what_a_killed_worker_was_at_is_done_by_the_next(stack):
    """Redis gives it to another; ours are fit to be done twice, and have an effect once."""
    redis, worker = stack.redis(), stack.worker("killed")
    try:
        wait_for(lambda: "BROKER_UNREACHABLE" not in ill(stack))
        wait_for(lambda: "ready" in stack.log("killed"))
        os.killpg(worker.process.pid, signal.SIGSTOP)
        bought = buy(stack, "a-worker-is-killed")
        with transaction.atomic():
            Settlement.objects.select_for_update().get(pk=settlement(bought).pk)
            # It begins, and waits for the order that we hold.
            os.killpg(worker.process.pid, signal.SIGCONT)
            wait_for(lambda: waiting(stack.database))
            os.killpg(worker.process.pid, signal.SIGKILL)
            worker.process.wait()
        assert not announced(bought)
        stack.worker("next")
        wait_for(lambda: announced(bought))
    finally:
        redis.terminate()
        redis.wait()


@pytest.mark.slow
def test_a_task_that_kills_its_worker_each_time_is_set_aside(stack):
    redis, worker = stack.redis(), stack.worker("patient")
    try:
        wait_for(lambda: "ready" in stack.log("patient"))
        stack.send("tests.deadly")
        said = 'welfarepiu_tasks_set_aside{task="tests.deadly"} 1.0'
        wait_for(lambda: said in stack.metrics())
        wait_for(lambda: "is set aside: its worker died of it" in stack.log("patient"))
        # The same worker goes on.
        bought = buy(stack, "after-the-deaths")
        wait_for(lambda: announced(bought))
        assert not worker.ended
    finally:
        stop_all([worker], seconds=15)
        redis.terminate()
        redis.wait()


def waiting(database: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s",
            [database],
        )
        return bool(cursor.fetchone()[0])
