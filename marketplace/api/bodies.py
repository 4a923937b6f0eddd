"""How large a request may be, and ASGI told so before it reads one.

Django under ASGI keeps a whole body, of any length, in a file before it looks at the request: a few
large ones at once would fill the disk that all share. And a body in chunks does not say its length.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from marketplace.operation.metrics import refused
from marketplace.refusals import Refusal

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


def most_bytes(content_type: str) -> int:
    """The limit of a body: a form may bring files."""
    is_form = content_type.partition(";")[0].strip().lower() == "multipart/form-data"
    limit: int = settings.GRAPHQL_MAX_UPLOAD_BYTES if is_form else settings.GRAPHQL_MAX_BODY_BYTES
    return limit


def too_large(most: int) -> Refusal:
    return Refusal(
        "REQUEST_TOO_LARGE",
        _("The request is larger than %(most)s bytes. Send less at once.") % {"most": most},
    )


def bounded(application: Application) -> Application:
    """An ASGI application that reads no more of a body than it may have: HTTP status 413."""

    async def serve(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        headers = dict(scope["headers"])
        most = most_bytes(headers.get(b"content-type", b"").decode("latin-1"))
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit() or len(declared) > len(str(most)) or int(declared) > most:
            await _answer(send, most)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            # As if whoever sends it had gone: what has been read is thrown away, nothing is run.
            return {"type": "http.disconnect"} if read > most else message

        await application(scope, counted, send)
        if read > most:
            await _answer(send, most)

    return serve


async def _answer(send: Send, most: int) -> None:
    refusal = too_large(most)
    refused(refusal)
    error = {"message": refusal.message, "extensions": {"code": refusal.code}}
    body = json.dumps({"errors": [error]}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
