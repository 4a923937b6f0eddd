"""Log lines: one JSON object each in production, readable ones on one machine.

Both say when, how bad, who (the logger), the request's number, the task, and what; what may be said
is :mod:`marketplace.operation.privacy`'s to decide.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from marketplace.operation import privacy, request_ids

FORMATS = ("json", "text")
# What logs of its own accord, and shall do so through us. gunicorn and uvicorn bring handlers.
LIBRARIES = ("django", "gunicorn.error", "uvicorn", "uvicorn.error", "celery", "kombu", "saleor")
# What names a log record's own parts; whatever else it bears was given with ``extra``.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def facts(record: logging.LogRecord) -> dict[str, Any]:
    """What a line says, in order."""
    line: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "request_id": request_ids.current(),
        **_task(),
        "message": privacy.message(record.name, record.msg, record.args),
    }
    if privacy.is_ours(record.name):
        line |= {
            name: value
            for name, value in vars(record).items()
            if name not in _OWN and isinstance(value, str | int | float | bool | list)
        }
    if record.exc_info and record.exc_info[1] is not None:
        line["errors"] = privacy.errors(record.exc_info[1])
    line["process"] = record.process
    return line


def _task() -> dict[str, str]:
    from celery import current_task

    if not current_task or not current_task.request.id:
        return {}
    return {"task": current_task.name, "task_id": current_task.request.id}


class Json(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(facts(record), ensure_ascii=False, default=str)


class Text(logging.Formatter):
    """``10:03:59 WARNING marketplace.api [1f2e...] message``, and where an exception came from."""

    def format(self, record: logging.LogRecord) -> str:
        line = facts(record)
        more = [
            f"{name}={value}"
            for name, value in line.items()
            if name not in {"at", "level", "logger", "request_id", "message", "errors", "process"}
        ]
        number = line["request_id"] or "-"
        moment = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        said = f"{moment} {line['level']} {line['logger']} [{number}] {line['message']}"
        return "\n".join([" ".join([said, *more]), *_error_lines(line.get("errors", []))])


def _error_lines(errors: list[dict[str, Any]]) -> list[str]:
    lines = []
    for n, error in enumerate(errors):
        told = {name: value for name, value in error.items() if name not in {"type", "frames"}}
        kind = ("from " if n else "") + error["type"]
        lines.append(f"  {kind} {told or ''}".rstrip())
        lines += [f"    {frame}" for frame in error["frames"]]
    return lines


def configuration(form: str) -> dict[str, Any]:
    """Django's ``LOGGING``: everything goes to standard error, in one form.

    Raises:
        ValueError: ``form`` is none of :data:`FORMATS`.
    """
    if form not in FORMATS:
        raise ValueError(f"WELFAREPIU_LOG_FORMAT is {form!r}: it is one of {', '.join(FORMATS)}.")
    through_us = {"handlers": [], "level": "INFO", "propagate": True}
    silent = {"handlers": ["nowhere"], "level": "CRITICAL", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"marketplace.operation.logs.{form.title()}"}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
            "nowhere": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            **dict.fromkeys(LIBRARIES, through_us),
            # Who asked for a page that is not there is no news; paths may hold somebody's token.
            "django.request": {"level": "ERROR"},
            # They log each request's whole address; `marketplace.operation.requests` logs its own.
            "uvicorn.access": silent,
            "gunicorn.access": silent,
            # What a library will drop one day, said by each process as it starts.
            "py.warnings": silent,
            # Saleor 3 marks what reads where it writes, with a whole stack, for its own replicas.
            "saleor.core.db.connection": {"level": "ERROR"},
            # graphql-core logs every refusal with a traceback; the API says which are faults.
            "graphql": silent,
            "graphql.execution.utils": silent,
            "saleor.graphql.errors": silent,
        },
    }
