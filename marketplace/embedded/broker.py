"""Celery's queue as files: Kombu's filesystem transport, with files that appear whole.

Kombu's own opens a file in its place and then writes it, so whoever looks in between finds half a
message, or half the table of queues, and fails. A rename shows each all at once.
"""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem, virtual
from kombu.utils.json import dumps

URL = "welfarepiu-files://"


class Channel(filesystem.Channel):
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
