"""Celery's queue as files: Kombu's filesystem transport, with files that appear whole and stay.

Kombu's own opens a file in its place and then writes it, so whoever looks in between finds half a
message, or half the table of queues, and fails. A rename shows each all at once.

Kombu's own forgets a message as soon as somebody has read it, so a worker that is killed takes its
tasks along. Here who takes one holds it in a folder of their own until it is done; the folder's
lock ends with its holder, and whoever looks next puts back what lies in it.
"""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any, TextIO

from kombu.transport import TRANSPORT_ALIASES, filesystem, virtual
from kombu.utils.json import dumps, loads

URL = "welfarepiu-files://"
# On the name of a message that was in somebody's hands before.
AGAIN = "+"
# How often one who waits for messages looks for what a killed one has left.
LOOK_SECONDS = 2.0


class Hands:
    """What one reader has taken and not done yet: a folder that is theirs for as long as they live.

    A forked child holds it, too, so it is free when the last of them has ended.
    """

    def __init__(self, taken: Path) -> None:
        self.folder = taken / uuid.uuid4().hex
        self._lock = _lock_of(self.folder).open("a")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # Only now: a folder whose lock is free is somebody's who is gone.
        self.folder.mkdir()
        self._by_tag: dict[str, Path] = {}

    def take(self, message: Path) -> Any:
        """The message's content; None where somebody else was faster."""
        mine = self.folder / message.name
        try:
            message.rename(mine)
        except FileNotFoundError:
            return None
        content: Any = loads(mine.read_text(encoding="utf-8"))  # type: ignore[no-untyped-call]
        content["properties"]["delivery_info"]["redelivered"] = AGAIN in mine.name
        self._by_tag[content["properties"]["delivery_tag"]] = mine
        return content

    def done(self, tag: str) -> None:
        mine = self._by_tag.pop(tag, None)
        if mine is not None:
            mine.unlink(missing_ok=True)

    def give_back(self, tag: str, messages: Path) -> bool:
        """Put a message back where it was; False where it is not here."""
        mine = self._by_tag.pop(tag, None)
        if mine is None:
            return False
        mine.rename(messages / _again(mine.name))
        return True

    def let_go(self) -> None:
        _remove(self.folder, self._lock)


def _again(name: str) -> str:
    """The same message's name, and place, once somebody has had it."""
    return name if AGAIN in name else name.replace(".", f"{AGAIN}.", 1)


def _lock_of(folder: Path) -> Path:
    return folder.with_suffix(".held")


def _remove(folder: Path, lock: TextIO) -> None:
    """The folder and then its lock, unless something still lies in it."""
    with suppress(OSError):
        folder.rmdir()
    if not folder.exists():
        _lock_of(folder).unlink(missing_ok=True)
    lock.close()


def give_back_left(taken: Path, messages: Path) -> None:
    """Put back what was in the hands of readers who are gone."""
    for folder in [one for one in taken.iterdir() if one.is_dir()]:
        with _lock_of(folder).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            # Whoever had the lock a moment before us may have done all of this.
            with suppress(FileNotFoundError):
                for message in folder.iterdir():
                    message.rename(messages / _again(message.name))
            _remove(folder, lock)


class QoS(virtual.QoS):
    """Who says that a message is done, or is not wanted, has it no longer in their hands."""

    def ack(self, delivery_tag: str) -> None:
        super().ack(delivery_tag)  # type: ignore[no-untyped-call]
        self.channel.done(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        super().reject(delivery_tag, requeue)  # type: ignore[no-untyped-call]
        self.channel.done(delivery_tag)


class Channel(filesystem.Channel):
    QoS = QoS
    _hands: Hands | None = None
    _looked_at = 0.0

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest message of a queue, which stays ours until it is done."""
        messages, taken = Path(self.data_folder_in), Path(self.processed_folder)
        if time.monotonic() - self._looked_at > LOOK_SECONDS:
            give_back_left(taken, messages)
            self._looked_at = time.monotonic()
        self._hands = self._hands or Hands(taken)
        for name in sorted(os.listdir(messages)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            content = self._hands.take(messages / name)
            if content is not None:
                return content
        raise Empty

    def done(self, tag: str) -> None:
        if self._hands is not None:
            self._hands.done(tag)

    def _restore(self, message: Any) -> None:
        messages = Path(self.data_folder_in)
        if self._hands is None or not self._hands.give_back(message.delivery_tag, messages):
            super()._restore(message)  # type: ignore[no-untyped-call]

    def basic_get(self, queue: str, no_ack: bool = False, **kwargs: Any) -> Any:
        message = super().basic_get(queue, no_ack, **kwargs)  # type: ignore[no-untyped-call]
        if message is not None and no_ack:
            self.done(message.delivery_tag)
        return message

    def basic_consume(
        self, queue: str, no_ack: bool, callback: Callable[[Any], Any], *rest: Any, **more: Any
    ) -> Any:
        def received(message: Any) -> Any:
            if no_ack:
                self.done(message.delivery_tag)
            return callback(message)

        return super().basic_consume(queue, no_ack, received, *rest, **more)  # type: ignore[no-untyped-call]

    def close(self) -> None:
        super().close()  # type: ignore[no-untyped-call]
        if self._hands is not None:
            self._hands.let_go()
            self._hands = None

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Put one message: named so that the oldest goes first."""
        # Wall clock, not the monotonic one, which starts anew at each boot: oldest first.
        name = f"{time.time_ns() // 1_000_000:015d}_{uuid.uuid4()}.{queue}.msg"
        show(Path(self.data_folder_out, name), _json(payload))

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        """Note that ``exchange`` leads to ``queue``; all processes do so as they start."""
        entry = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        file = self._file_of(exchange)
        with (self.control_folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            table = self.get_table(exchange)  # type: ignore[no-untyped-call]
            if entry not in table:
                show(file, _json([entry, *table]))

    def _file_of(self, exchange: str) -> Path:
        """Where Kombu looks for the table; before 5.6 it had no name for that."""
        known = getattr(self, "_exchange_file", None)
        found: Path = known(exchange) if known else self.control_folder / f"{exchange}.exchange"
        return found


def show(file: Path, text: str) -> None:
    """Write ``text`` under a name that nobody reads, then put it in place at once."""
    unfinished = file.with_name(f"{uuid.uuid4()}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, file)


def _json(value: Any) -> str:
    text: str = dumps(value)  # type: ignore[no-untyped-call]
    return text


class Transport(filesystem.Transport):
    Channel = Channel

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)  # type: ignore[no-untyped-call]
        # Kombu's is one for the process, whatever the folder: a queue that was noted in one folder
        # is not noted in the next, and what is sent to it there is dropped without a word.
        self.state = virtual.BrokerState()  # type: ignore[no-untyped-call]


def options(data: Path) -> dict[str, Any]:
    """Make the queue's folders under ``data`` and return Celery's transport options for them."""
    messages, taken, control = data / "broker", data / "broker-taken", data / "broker-control"
    for folder in (messages, taken, control):
        folder.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "processed_folder": str(taken),
        "control_folder": str(control),
        "store_processed": False,
        # How long a message may lie unseen: each look is one listing of a folder.
        "polling_interval": 0.5,
    }


def register() -> None:
    """Let Celery know the transport by ``URL``; the settings call it in every process."""
    TRANSPORT_ALIASES["welfarepiu-files"] = "marketplace.embedded.broker:Transport"
