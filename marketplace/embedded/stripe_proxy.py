"""Stripe's idempotency, and its Checkout, in front of a stand-in that has neither.

localstripe remembers payments but not ``Idempotency-Key``. This stands before it and keeps Stripe's
promise (https://docs.stripe.com/api/idempotent_requests): a POST with a key that was seen gets the
first answer again, with ``Idempotent-Replayed: true``; the same key with other parameters is
refused with 400; while the first is still under way, with 409. Answers that mean the request never
began (400, 401, 404, 409, 429) are not kept, so that a corrected request may use the key again.
Checkout Sessions are in ``stripe_checkout``, on top of the stand-in's payments.

``python -m marketplace.embedded.stripe_proxy --port 8420 --upstream http://127.0.0.1:8421``
"""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, web

from marketplace.embedded.stripe_answers import Answer, refusal
from marketplace.embedded.stripe_checkout import Checkout

KEPT = {402, 500}
# Hop-by-hop, or rewritten by the server that answers.
NOT_FORWARDED = {
    "connection", "content-encoding", "content-length", "date", "host", "keep-alive", "server",
    "te", "transfer-encoding", "upgrade",
}  # fmt: skip


@dataclass
class Kept:
    """What is known of one key: what it asked, and the answer once there is one."""

    request: str
    answer: Answer | None = None


@dataclass
class Proxy:
    """Forwards to ``upstream``; keeps answers by account and key as long as it runs, as the
    stand-in behind it keeps its payments."""

    upstream: str
    kept: dict[tuple[str, str], Kept] = field(default_factory=dict)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=2_000_000)
        app.cleanup_ctx.append(self._session)
        self.checkout = Checkout(self.forward)
        self.checkout.add_pages(app)
        app.router.add_route("*", "/{path:.*}", self.handle)
        return app

    async def _session(self, app: web.Application) -> Any:
        async with ClientSession(auto_decompress=False) as self.session:
            yield

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key:
            return (await self.answer(request, body)).response(replayed=False)
        if len(key) > 255:
            return idempotency_refusal(
                400, "", f"Idempotency keys have at most 255 characters, not {len(key)}."
            )
        return await self.once(request, body, key)

    async def once(self, request: web.Request, body: bytes, key: str) -> web.Response:
        """Forward under ``key``, unless that was done before."""
        account = (request.headers.get("Authorization", ""), key)
        asked = fingerprint(request, body)
        seen = self.kept.get(account)
        if seen is None:
            return await self.first(request, body, account, asked)
        if seen.request != asked:
            return idempotency_refusal(
                400,
                "",
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. Try using a key other than '{key}' if you meant to execute a "
                "different request.",
            )
        if seen.answer is None:
            return idempotency_refusal(
                409,
                "idempotency_key_in_use",
                f"There is currently another in-progress request using this Idempotent Key: {key}.",
            )
        return seen.answer.response(replayed=True)

    async def first(
        self, request: web.Request, body: bytes, account: tuple[str, str], asked: str
    ) -> web.Response:
        kept = self.kept[account] = Kept(asked)
        try:
            answer = await self.answer(request, body)
            if answer.status < 300 or answer.status in KEPT:
                kept.answer = answer
        finally:
            if kept.answer is None:
                del self.kept[account]
        return answer.response(replayed=False)

    async def answer(self, request: web.Request, body: bytes) -> Answer:
        """From Checkout where the request is Checkout's, else from the stand-in."""
        headers = {k: v for k, v in request.headers.items() if k.lower() not in NOT_FORWARDED}
        ours = await self.checkout.answer(request, body, headers)
        return ours or await self.forward(request.method, request.path_qs, body, headers)

    async def forward(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        try:
            async with self.session.request(
                method, self.upstream + path, data=body, headers=headers
            ) as given:
                kept = {k: v for k, v in given.headers.items() if k.lower() not in NOT_FORWARDED}
                return Answer(given.status, await given.read(), kept)
        except ClientError as error:
            return Answer(502, f"The Stripe stand-in does not answer: {error}".encode(), {})


def fingerprint(request: web.Request, body: bytes) -> str:
    """What makes two requests the same: method, path and parameters, byte for byte."""
    return hashlib.sha256(f"{request.method} {request.path_qs}\n".encode() + body).hexdigest()


def idempotency_refusal(status: int, code: str, message: str) -> web.Response:
    """So worded that Stripe's SDK raises ``IdempotencyError``."""
    return refusal(status, code, message, type="idempotency_error").response(replayed=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream", required=True)
    given = parser.parse_args()
    web.run_app(
        Proxy(given.upstream).app(), host="127.0.0.1", port=given.port, access_log=None, print=None
    )


if __name__ == "__main__":
    main()
