"""The queue in a folder: nobody reads half a message, and the oldest goes first."""

from __future__ import annotations

import subprocess
import sys

import kombu
import pytest

from marketplace.embedded import broker
from marketplace.embedded.setup import PROJECT


@pytest.fixture
def connection(tmp_path):
    broker.register()
    with kombu.Connection(broker.URL, transport_options=broker.options(tmp_path)) as connection:
        yield connection


def test_queue_is_known_in_a_second_folder_too(connection, tmp_path):
    connection.SimpleQueue("celery").put({"number": 1})
    options = broker.options(tmp_path / "second")
    with kombu.Connection(broker.URL, transport_options=options) as second:
        queue = second.SimpleQueue("celery")
        queue.put({"number": 2})
        assert queue.get(timeout=2).payload == {"number": 2}


def test_messages_come_once_and_in_order(connection, tmp_path):
    queue = connection.SimpleQueue("celery")
    for number in range(20):
        queue.put({"number": number})
    got = [queue.get(timeout=2) for _ in range(20)]
    for message in got:
        message.ack()
    assert sorted(m.payload["number"] for m in got) == list(range(20))
    with pytest.raises(queue.Empty):
        queue.get(timeout=0.1)
    assert list((tmp_path / "broker").iterdir()) == []


WRITE = """
import sys
from pathlib import Path
import kombu
from marketplace.embedded import broker
broker.register()
options = broker.options(Path(sys.argv[1]))
with kombu.Connection(broker.URL, transport_options=options) as connection:
    with connection.SimpleQueue("celery") as queue:
        for _ in range(10):
            queue.put({"text": "x" * 200_000})
"""


def test_reader_beside_writers_never_finds_half_a_message(connection, tmp_path):
    """Large messages, so that one opened before it was written would be read in between."""
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITE, str(tmp_path)], cwd=PROJECT)
        for _ in range(3)
    ]
    queue = connection.SimpleQueue("celery")
    for _ in range(30):
        message = queue.get(timeout=30)
        assert message.payload["text"] == "x" * 200_000
        message.ack()
    assert [writer.wait() for writer in writers] == [0, 0, 0]
