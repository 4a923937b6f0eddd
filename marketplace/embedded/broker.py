"""Celery's queue as files: Kombu's filesystem transport, with messages that appear whole.

Kombu's own opens the message in the queue's folder and then writes it, so a worker that looks in
between takes half a message. A rename shows it all at once.
"""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

URL = "welfarepiu-files://"


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Put one message: written under a name that no queue reads, then renamed."""
        # Wall clock, not the monotonic one, which starts anew at each boot: oldest first.
        name = f"{time.time_ns() // 1_000_000:015d}_{uuid.uuid4()}"
        folder = Path(self.data_folder_out)
        unfinished = folder / f"{name}.unfinished"
        text: str = dumps(payload)  # type: ignore[no-untyped-call]
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, folder / f"{name}.{queue}.msg")


class Transport(filesystem.Transport):
    Channel = Channel


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
