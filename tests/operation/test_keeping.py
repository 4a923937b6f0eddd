"""A queue that is gone loses nothing that nobody else catches up with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from django.db import connection, transaction
from kombu import Connection
from kombu.exceptions import OperationalError

from marketplace.embedded.processes import free_port
from marketplace.operation import figures, keeping, messages
from marketplace.operation.models import KeptTask
from tests.operation.conftest import broker_at

pytestmark = pytest.mark.django_db
NAME = "a.letter.of.the.test"


def sender(name: str) -> Celery:
    app = Celery(name, set_as_current=False)
    app.conf.broker_transport_options = {"max_retries": 1, "interval_start": 0}
    app.conf.task_default_queue = "letters-of-the-test"

    @app.task(name=NAME, shared=False)
    def letter(*_words: str, **_more: str) -> None: ...

    keeping.keep_what_is_not_taken(app)
    return app


@pytest.fixture
def nowhere() -> Iterator[Celery]:
    """An app whose queue does not answer."""
    with broker_at(f"amqp://127.0.0.1:{free_port()}//"):
        app = sender("nowhere")
        yield app
        app.close()


@pytest.fixture
def letter(nowhere) -> Any:
    return nowhere.tasks[NAME]


@pytest.fixture
def back() -> Iterator[Celery]:
    """An app whose queue has come back; the broker is looked for when it first sends."""
    app = sender("back")
    yield app
    app.close()


def waiting(app: Celery) -> list[Any]:
    """What waits in the queue: arguments, and the task's number."""
    found = []
    with Connection("memory://") as reading, reading.SimpleQueue("letters-of-the-test") as queue:
        while queue.qsize():
            message = queue.get(block=False)
            message.ack()
            found.append((message.payload[0], message.payload[1], message.headers["id"]))
    return found


def test_it_is_kept_and_sent_when_the_queue_is_back(letter, back):
    sent = [
        letter.delay("My husband is ill", to="anna").id,
        letter.apply_async(("second",), countdown=0).id,
    ]
    assert figures.tasks_kept() == [({}, 2)]
    with broker_at("memory://"):
        assert keeping.kept_send(back) == 2
    assert waiting(back) == [
        (["My husband is ill"], {"to": "anna"}, sent[0]),
        (["second"], {}, sent[1]),
    ]
    assert keeping.kept_send(back) == 0


def test_nobody_reads_it_meanwhile(letter, caplog):
    letter.delay("My husband is ill")
    with connection.cursor() as cursor:
        cursor.execute("SELECT convert_from(message, 'UTF8') FROM operation_kepttask")
        ((kept,),) = cursor.fetchall()
    assert "husband" not in kept
    (said,) = [one.getMessage() for one in caplog.records if one.name.endswith("keeping")]
    assert said.startswith(f"{NAME} could not be queued and is kept: ")
    assert "husband" not in said


def test_it_stays_as_long_as_the_queue_is_gone(letter, nowhere):
    letter.delay("a")
    assert keeping.kept_send(nowhere) == 0
    assert KeptTask.objects.count() == 1


def test_it_goes_with_what_it_belongs_to(letter):
    with transaction.atomic():
        letter.delay("your order")
        assert KeptTask.objects.exists()
        transaction.set_rollback(True)
    assert not KeptTask.objects.exists()


def test_what_is_caught_up_with_or_not_wanted_late_is_not_kept(letter, monkeypatch):
    with pytest.raises(OperationalError), keeping.cared_for():
        letter.delay("announced by the reconciler")
    with pytest.raises(OperationalError):
        letter.apply_async(("a heartbeat",), expires=60)
    monkeypatch.setattr(messages, "_is_beat", True)
    with pytest.raises(OperationalError):
        letter.delay("by the clock")
    assert not KeptTask.objects.exists()


def test_twin_without_it_is_lost():
    with broker_at(f"amqp://127.0.0.1:{free_port()}//"):
        app = Celery("forgetful", set_as_current=False)
        app.conf.broker_transport_options = {"max_retries": 1, "interval_start": 0}
        with pytest.raises(OperationalError):
            app.send_task(NAME)
        app.close()
    assert not KeptTask.objects.exists()
