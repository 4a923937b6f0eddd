"""Log lines of production: one JSON object each, with the request's number as in the API's log.

Of an exception its kind and its place are told, never its words: they may quote what a person sent.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storefront.traces import trace

MOST_FRAMES, MOST_LENGTH = 30, 1_000
# What a page's line has of its own (storefront.traces).
FACTS = ("method", "route", "status", "duration_ms")
# E-mail addresses, signed tokens, and all that follows a question mark in an address.
PRIVATE = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+|\beyJ[\w-]{5,}(?:\.[\w-]*)*|(?<=\S)\?\S+")


class Json(logging.Formatter):
    """``at``, ``level``, ``logger``, ``request_id``, ``message``, a page's facts, ``error``."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": trace(),
            "message": PRIVATE.sub("…", record.getMessage())[:MOST_LENGTH],
            **{name: vars(record)[name] for name in FACTS if name in vars(record)},
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _error(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _error(raised: BaseException) -> dict[str, Any]:
    frames = [
        f"{Path(frame.f_code.co_filename).name}:{line} {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(raised.__traceback__)
    ]
    return {"type": type(raised).__name__, "frames": frames[-MOST_FRAMES:]}
