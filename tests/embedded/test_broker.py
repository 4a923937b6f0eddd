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
        assert queue.get(timeout=30).payload == {"number": 2}


def test_messages_come_once_and_in_order(connection, tmp_path):
    queue = connection.SimpleQueue("celery")
    for number in range(20):
        queue.put({"number": number})
    got = [queue.get(timeout=30) for _ in range(20)]
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


TAKE = """
import sys, time
from pathlib import Path
import kombu
from marketplace.embedded import broker
broker.register()
options = broker.options(Path(sys.argv[1]))
with kombu.Connection(broker.URL, transport_options=options) as connection:
    queue = connection.SimpleQueue("celery")
    for message in [queue.get(timeout=30) for _ in range(2)]:
        if message.payload["number"] == 1:
            message.ack()
    print("taken", flush=True)
    time.sleep(60)
"""


def one_who_takes_two_and_does_one(folder) -> subprocess.Popen[bytes]:
    reader = subprocess.Popen(
        [sys.executable, "-c", TAKE, str(folder)], cwd=PROJECT, stdout=subprocess.PIPE
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == b"taken\n"
    return reader


def test_what_a_killed_reader_has_not_done_comes_back_once(connection, tmp_path, monkeypatch):
    monkeypatch.setattr(broker, "LOOK_SECONDS", 0.0)
    queue = connection.SimpleQueue("celery")
    for number in (1, 2):
        queue.put({"number": number})
    reader = one_who_takes_two_and_does_one(tmp_path)
    queue.put({"number": 3})
    # As long as it lives, it is its own; what comes after it is not kept waiting.
    message = queue.get(timeout=30)
    assert message.payload == {"number": 3}
    message.ack()
    with pytest.raises(queue.Empty):
        queue.get(timeout=0.2)
    reader.kill()
    reader.wait()
    message = queue.get(timeout=30)
    assert message.payload == {"number": 2}
    message.ack()
    with pytest.raises(queue.Empty):
        queue.get(timeout=0.2)
    connection.close()
    assert list((tmp_path / "broker").iterdir()) == []
    assert list((tmp_path / "broker-taken").iterdir()) == []


def test_twin_kombus_own_forgets_it(tmp_path):
    folders = broker.options(tmp_path)
    with kombu.Connection("filesystem://", transport_options=folders) as connection:
        queue = connection.SimpleQueue("celery")
        queue.put({"number": 1})
        queue.get(timeout=30)
        assert [one for one in tmp_path.rglob("*") if one.suffix == ".msg"] == []


def test_who_ends_in_order_puts_back_what_is_not_done(connection, tmp_path):
    queue = connection.SimpleQueue("celery")
    queue.put({"number": 1})
    with kombu.Connection(broker.URL, transport_options=broker.options(tmp_path)) as other:
        other.SimpleQueue("celery").get(timeout=30)
        with pytest.raises(queue.Empty):
            queue.get(timeout=0.1)
    message = queue.get(timeout=30)
    assert message.payload == {"number": 1}
    message.reject(requeue=True)
    message = queue.get(timeout=30)
    message.reject()
    with pytest.raises(queue.Empty):
        queue.get(timeout=0.1)


def test_what_needs_no_word_is_done_when_it_is_read(connection, tmp_path):
    queue = connection.SimpleQueue("celery", no_ack=True)
    queue.put({"number": 1})
    assert queue.get(timeout=30).payload == {"number": 1}
    assert [one for one in tmp_path.rglob("*") if one.suffix == ".msg"] == []
