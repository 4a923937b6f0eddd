"""A queue that is gone: what belongs to a task is kept, somebody is told, nobody waits."""

from __future__ import annotations

import pytest
from celery import Celery
from kombu.exceptions import OperationalError
from prometheus_client import REGISTRY

from marketplace.embedded.processes import free_port
from marketplace.operation.sending import send, send_after_commit
from tests.operation.conftest import broker_at


@pytest.fixture
def task():
    """A task whose queue does not answer, asked with production's own patience."""
    app = Celery("nowhere", set_as_current=False)
    app.conf.broker_transport_options = {"max_retries": 1, "interval_start": 0}

    @app.task(name="a.task.of.the.test")
    def anything(_what: object) -> None: ...

    with broker_at(f"amqp://127.0.0.1:{free_port()}//"):
        yield anything
        app.close()


def unsent() -> float:
    labels = {"task": "a.task.of.the.test"}
    return REGISTRY.get_sample_value("welfarepiu_tasks_unsent_total", labels) or 0.0


def test_it_is_said_and_counted_and_breaks_nothing(task, caplog):
    before = unsent()
    assert send(task, "my husband is ill") is False
    assert unsent() == before + 1
    (said,) = [one.getMessage() for one in caplog.records if one.name.endswith("sending")]
    assert said.startswith("a.task.of.the.test could not be queued: ")
    assert "husband" not in said


def test_twin_celerys_own_way_breaks_what_has_committed(task):
    with pytest.raises(OperationalError):
        task.delay("anything")


def test_it_is_sent_when_the_transaction_has_committed(
    db, task, django_capture_on_commit_callbacks
):
    before = unsent()
    with django_capture_on_commit_callbacks(execute=True) as called:
        send_after_commit(task, 1)
        assert unsent() == before
    assert len(called) == 1
    assert unsent() == before + 1
