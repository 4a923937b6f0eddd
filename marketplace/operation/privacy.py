"""What may stand in a log line: nothing by which somebody is known, nothing that opens a door.

A log is read by many, copied to many places and kept long; hardship, health, names and passwords
are protected in the database, and would lie open there. So:

- of an exception its kind, its code and where it was raised are told, not its words, which often
  quote what somebody sent (PostgreSQL's do); the interpreter's own, about code, are told;
- of a library's log line the text is told, and of what it puts in only numbers and plain names;
- in all of it, what looks like an address, a token, a key or an Italian identifier is struck out.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from marketplace.refusals import Refusal

OURS = ("marketplace", "plugins", "fixtures")
MOST_FRAMES, MOST_CAUSES, MOST_LENGTH = 40, 4, 2_000
LEFT_OUT = "…"

# What the interpreter says of code; all other words of exceptions may be somebody's.
ABOUT_CODE = (
    AttributeError, ImportError, IndexError, NameError, NotImplementedError, RecursionError,
    SyntaxError, TypeError, UnboundLocalError, ZeroDivisionError,
)  # fmt: skip

_STRUCK_OUT = [
    (re.compile(r"(?<=://)[^\s/@]+@"), "<login>@"),
    (re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+"), "<e-mail>"),
    (re.compile(r"\b(JWT|Bearer|Basic|Token)(\s+|%20)\S+", re.IGNORECASE), r"\1 <token>"),
    (re.compile(r"\beyJ[\w-]{5,}(?:\.[\w-]*){0,2}"), "<token>"),
    (re.compile(r"\b(?:sk|pk|rk|whsec|pi|seti|cs)_[\w-]{6,}"), "<token>"),
    (re.compile(r"\bgAAAA[\w=-]{10,}"), "<encrypted>"),
    (
        re.compile(
            r"((?:password|passwd|pwd|secret|token|api_?key|authorization|cookie)\w*[\"']?\s*[:=]\s*)"
            r"(?:\"[^\"]*\"|'[^']*'|[^\s,;&]+)",
            re.IGNORECASE,
        ),
        r"\1<secret>",
    ),
    (re.compile(r"(/[^\s?\"']*)\?[^\s\"']+"), rf"\1?{LEFT_OUT}"),
    (
        re.compile(
            r"\b[A-Z]{6}[\dLMNP-V]{2}[A-EHLMPR-T][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z]\b",
            re.IGNORECASE,
        ),
        "<codice fiscale>",
    ),
    (re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b"), "<iban>"),
    (re.compile(r"(?<![\d.])(?!127\.|0\.0\.0\.0)\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"), "<address>"),
]
# As long as a token, with letters and digits: what a library may have in a path.
_LONG = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,}(?![\w-])")
_PLAIN = re.compile(r"[\w.:/\[\]-]{0,120}")


def struck_out(text: str) -> str:
    """``text`` without what looks private, and not longer than a line should be."""
    for pattern, instead in _STRUCK_OUT:
        text = pattern.sub(instead, text)
    return text if len(text) <= MOST_LENGTH else text[:MOST_LENGTH] + LEFT_OUT


def is_ours(logger: str) -> bool:
    return logger.partition(".")[0] in OURS


def message(logger: str, text: Any, arguments: Any) -> str:
    """What a log record says, fit to be kept."""
    text = str(text)
    if not is_ours(logger):
        arguments = _plain(arguments, keep_ids=logger.startswith("celery"))
    try:
        said = text % arguments if arguments else text
    except (TypeError, ValueError, KeyError):
        said = text
    if not is_ours(logger) and not logger.startswith("celery"):
        said = _LONG.sub("<token>", said)
    return struck_out(said)


def _plain(arguments: Any, *, keep_ids: bool) -> Any:
    """A library's arguments, of which only numbers and plain names stay."""
    if isinstance(arguments, Mapping):
        return {name: _plain_one(value, keep_ids) for name, value in arguments.items()}
    if isinstance(arguments, tuple):
        return tuple(_plain_one(value, keep_ids) for value in arguments)
    return _plain_one(arguments, keep_ids)


def _plain_one(value: Any, keep_ids: bool) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    if not _PLAIN.fullmatch(text) or (not keep_ids and _LONG.search(text)):
        return LEFT_OUT
    return text


def error(raised: BaseException) -> dict[str, Any]:
    """An exception as it may be told: kind, codes, where, and what it came from."""
    told: dict[str, Any] = {"type": _kind(raised), **_codes(raised)}
    if isinstance(raised, ABOUT_CODE):
        told["message"] = struck_out(str(raised))
    told["frames"] = _frames(raised.__traceback__)
    return told


def errors(raised: BaseException) -> list[dict[str, Any]]:
    """The exception, and those that it was raised from."""
    told: list[dict[str, Any]] = []
    following: BaseException | None = raised
    while following is not None and len(told) < MOST_CAUSES:
        told.append(error(following))
        context = None if following.__suppress_context__ else following.__context__
        following = following.__cause__ or context
    return told


def _kind(raised: BaseException) -> str:
    kind = type(raised)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _codes(raised: BaseException) -> dict[str, Any]:
    """Codes by which the cause is known without its words."""
    codes: dict[str, Any] = {}
    if isinstance(raised, Refusal):
        codes["code"] = raised.code
    said_by_server = getattr(raised, "diag", None)
    for name in ("sqlstate", "constraint_name", "table_name"):
        value = getattr(said_by_server, name, None)
        if value:
            codes[name] = value
    if isinstance(raised, OSError) and raised.errno is not None:
        codes["errno"] = raised.errno
    status = getattr(raised, "http_status", None)
    if isinstance(status, int):
        codes["http_status"] = status
    return codes


def _frames(trace: TracebackType | None) -> list[str]:
    """``file:line function``, the innermost last; neither source nor variables."""
    found = [
        f"{_short(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(trace)
    ]
    return found[-MOST_FRAMES:]


def _short(file: str) -> str:
    """A file without the folders that say where this installation lies."""
    parts = Path(file).parts
    if "site-packages" in parts:
        return "/".join(parts[parts.index("site-packages") + 1 :])
    for top in OURS:
        if top in parts:
            return "/".join(parts[parts.index(top) :])
    return Path(file).name
