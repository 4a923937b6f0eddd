"""Stripe's Checkout for the stand-in: sessions, their page, and the events about them.

Sessions live here; the card payments behind them are the stand-in's own, made with its test cards.
As Stripe does: a session is paid once, expires, and is then closed for good; its events are signed
and delivered again until somebody has taken them; no more is refunded than was charged.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from marketplace.embedded import stripe_page
from marketplace.embedded.stripe_answers import Answer, answer, form, refusal

logger = logging.getLogger(__name__)

Forward = Callable[[str, str, bytes, dict[str, str]], Awaitable[Answer]]

SESSIONS = "/v1/checkout/sessions"
SHORTEST_SECONDS, LONGEST_SECONDS = 30 * 60, 24 * 60 * 60
# Stripe's own clock and the caller's differ by the way between them.
TOLERANCE_SECONDS = 60
LEAST_CENTS = 50
REDELIVERED_AFTER_SECONDS = (0.3, 1, 2, 4, 8, 16, 32)


@dataclass
class Session:
    """One Checkout Session; ``shown`` is what the API shows of it."""

    shown: dict[str, Any]
    intent_metadata: dict[str, str]
    headers: dict[str, str]
    paying: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_open(self) -> bool:
        return self.shown["status"] == "open"


class Checkout:
    """Answers what is about Checkout and leaves the rest to the stand-in."""

    def __init__(self, forward: Forward) -> None:
        self.forward = forward
        self.sessions: dict[str, Session] = {}
        self.events: dict[str, dict[str, Any]] = {}
        self.webhooks: dict[str, tuple[str, str]] = {}
        self.refunding = asyncio.Lock()
        self.deliveries: set[asyncio.Task[None]] = set()

    def add_pages(self, app: web.Application) -> None:
        app.router.add_get("/c/pay/{id}", self.page)
        app.router.add_post("/c/pay/{id}", self.pay)
        app.router.add_post("/c/pay/{id}/prove", self.prove)

    async def answer(
        self, request: web.Request, body: bytes, headers: dict[str, str]
    ) -> Answer | None:
        """The answer to an API request that is Checkout's; None for any other."""
        path, method = request.path, request.method
        if path == SESSIONS and method == "POST":
            return self.create(form(body), headers, f"{request.scheme}://{request.host}")
        if path.startswith(f"{SESSIONS}/"):
            return await self.of_session(request, headers)
        if path == "/v1/refunds" and method == "POST":
            async with self.refunding:
                return await self.refund(body, headers)
        if path.startswith("/v1/events/") and path.rpartition("/")[2] in self.events:
            return answer(self.events[path.rpartition("/")[2]])
        self._learn(request, body)
        return None

    def _learn(self, request: web.Request, body: bytes) -> None:
        """What the stand-in is told of webhooks, and when it forgets everything."""
        if request.path.startswith("/_config/webhooks/") and request.method == "POST":
            given = json.loads(body)
            self.webhooks[request.path] = (given["url"], given["secret"])
        elif request.path == "/_config/data" and request.method == "DELETE":
            self.sessions.clear()
            self.events.clear()

    def create(self, given: dict[str, Any], headers: dict[str, str], base: str) -> Answer:
        if not headers.get("Authorization"):
            return refusal(401, "", "You did not provide an API key.")
        now = int(time.time())
        try:
            lines = given["line_items"].values()
            total = sum(
                int(line["price_data"]["unit_amount"]) * int(line["quantity"]) for line in lines
            )
            (currency,) = {line["price_data"]["currency"] for line in lines}
            success, mode = given["success_url"], given["mode"]
            expires_at = int(given.get("expires_at") or now + LONGEST_SECONDS)
        except (KeyError, ValueError, AttributeError):
            return refusal(400, "parameter_missing", "A session needs lines, mode and success_url.")
        if mode != "payment" or total < LEAST_CENTS:
            return refusal(400, "amount_too_small", "A session takes payments of 50 cents or more.")
        if not (SHORTEST_SECONDS - TOLERANCE_SECONDS <= expires_at - now <= LONGEST_SECONDS):
            return refusal(400, "", "`expires_at` lies between 30 minutes and 24 hours from now.")
        id = f"cs_test_{secrets.token_hex(20)}"
        shown = {
            "id": id, "object": "checkout.session", "mode": mode, "livemode": False,
            "created": now, "expires_at": expires_at, "status": "open",
            "payment_status": "unpaid", "amount_total": total, "amount_subtotal": total,
            "currency": currency, "client_reference_id": given.get("client_reference_id"),
            "metadata": given.get("metadata") or {}, "success_url": success,
            "cancel_url": given.get("cancel_url"), "locale": given.get("locale"),
            "url": f"{base}/c/pay/{id}", "payment_intent": None,
        }  # fmt: skip
        intent_metadata = (given.get("payment_intent_data") or {}).get("metadata") or {}
        authorized = {"Authorization": headers["Authorization"]}
        self.sessions[id] = session = Session(shown, intent_metadata, authorized)
        asyncio.get_running_loop().call_later(expires_at - now, self._expire, session)
        return answer(shown)

    async def of_session(self, request: web.Request, headers: dict[str, str]) -> Answer:
        id, _slash, action = request.path.removeprefix(f"{SESSIONS}/").partition("/")
        session = self.sessions.get(id)
        if session is None or headers.get("Authorization") != session.headers["Authorization"]:
            return refusal(404, "resource_missing", f"No such checkout.session: '{id}'")
        if request.method == "POST" and action == "expire":
            # Who is paying this moment goes first.
            async with session.paying:
                if not session.is_open:
                    return refusal(400, "", "Only Checkout Sessions with a status in open.")
                self._expire(session)
        shown = dict(session.shown)
        if "payment_intent" in [v for k, v in request.query.items() if k.startswith("expand")]:
            shown["payment_intent"] = await self._intent(session)
        return answer(shown)

    def _expire(self, session: Session) -> None:
        if session.is_open:
            session.shown |= {"status": "expired", "url": None}
            self.tell("checkout.session.expired", session.shown)

    async def _intent(self, session: Session) -> Any:
        intent = session.shown["payment_intent"]
        if intent is None:
            return None
        return (await self._call(session, "GET", f"/v1/payment_intents/{intent}")).json()

    async def _call(self, session: Session, method: str, path: str, **given: Any) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if given else {}
        body = urlencode(given).encode()
        return await self.forward(method, path, body, session.headers | kind)

    async def page(self, request: web.Request) -> web.Response:
        """The page that a person pays on."""
        session = self.sessions.get(request.match_info["id"])
        if session is None or session.shown["status"] == "expired":
            return stripe_page.gone(session.shown if session else None)
        if not session.is_open:
            raise web.HTTPSeeOther(self._back(session))
        intent = await self._intent(session)
        if intent and intent["status"] == "requires_action":
            return stripe_page.challenge(session.shown)
        error = (intent or {}).get("last_payment_error") or {}
        return stripe_page.card_form(session.shown, error.get("message", ""))

    async def pay(self, request: web.Request) -> web.Response:
        """A card was typed in. Each attempt has a new intent: the stand-in's fail for good."""
        session = self.sessions.get(request.match_info["id"])
        if session is None:
            return stripe_page.gone(None)
        given = await request.post()
        async with session.paying:
            if session.is_open:
                error = await self._charge(session, {k: str(v) for k, v in given.items()})
                if error:
                    return stripe_page.card_form(session.shown, error)
        raise web.HTTPSeeOther(self._here(session) if session.is_open else self._back(session))

    async def _charge(self, session: Session, given: dict[str, str]) -> str:
        """Try a card; what is wrong with it, or nothing."""
        number = "".join(filter(str.isdigit, given.get("number", "")))
        month, _slash, year = given.get("expires", "").replace(" ", "").partition("/")
        card = {
            "type": "card", "card[number]": number, "card[exp_month]": month,
            "card[exp_year]": year, "card[cvc]": given.get("cvc", ""),
        }  # fmt: skip
        method = await self._call(session, "POST", "/v1/payment_methods", **card)
        if method.status != 200:
            return stripe_page.wrong_card(session.shown)
        intent = await self._call(
            session,
            "POST",
            "/v1/payment_intents",
            amount=session.shown["amount_total"],
            currency=session.shown["currency"],
            payment_method=method.json()["id"],
            **{f"metadata[{name}]": value for name, value in session.intent_metadata.items()},
        )
        id = session.shown["payment_intent"] = intent.json()["id"]
        confirmed = await self._call(session, "POST", f"/v1/payment_intents/{id}/confirm")
        if confirmed.status == 402:
            return stripe_page.declined(session.shown)
        self._notice(session, confirmed.json())
        return ""

    async def prove(self, request: web.Request) -> web.Response:
        """The bank asked whether it is really its customer, and here is the answer."""
        session = self.sessions.get(request.match_info["id"])
        if session is None:
            return stripe_page.gone(None)
        agreed = (await request.post()).get("answer") == "yes"
        async with session.paying:
            intent = await self._intent(session)
            if session.is_open and intent and intent["status"] == "requires_action":
                done = await self._call(
                    session,
                    "POST",
                    f"/v1/payment_intents/{intent['id']}/_authenticate",
                    client_secret=intent["client_secret"],
                    success=str(agreed).lower(),
                )
                if done.status == 200:
                    self._notice(session, done.json())
        raise web.HTTPSeeOther(self._here(session) if session.is_open else self._back(session))

    def _notice(self, session: Session, intent: dict[str, Any]) -> None:
        if intent["status"] == "succeeded":
            session.shown |= {"status": "complete", "payment_status": "paid", "url": None}
            self.tell("checkout.session.completed", session.shown)

    def _here(self, session: Session) -> str:
        return f"/c/pay/{session.shown['id']}"

    def _back(self, session: Session) -> str:
        return str(session.shown["success_url"]).replace(
            "{CHECKOUT_SESSION_ID}", session.shown["id"]
        )

    async def refund(self, body: bytes, headers: dict[str, str]) -> Answer:
        """A refund of what is left of a charge, and no more; then the events about it."""
        given = form(body)
        intent = str(given.get("payment_intent") or "")
        if not intent:
            return await self.forward("POST", "/v1/refunds", body, headers)
        plain = {"Authorization": headers.get("Authorization", "")}
        paid = await self.forward("GET", f"/v1/payment_intents/{intent}", b"", plain)
        if paid.status != 200:
            return paid
        before = await self.forward("GET", f"/v1/refunds?payment_intent={intent}", b"", plain)
        taken = sum(one["amount"] for one in before.json().get("data", ()))
        amount = int(given.get("amount") or paid.json()["amount"])
        if paid.json()["status"] == "succeeded" and taken + amount > paid.json()["amount"]:
            return refusal(400, "charge_already_refunded", "More than was charged.")
        made = await self.forward("POST", "/v1/refunds", body, headers)
        if made.status == 200:
            self.tell("refund.created", made.json())
            charge = made.json()["charge"]
            charged = await self.forward("GET", f"/v1/charges/{charge}", b"", plain)
            self.tell("charge.refunded", charged.json())
        return made

    def tell(self, kind: str, subject: dict[str, Any]) -> None:
        """Sign an event and deliver it, again and again until it is taken."""
        id = f"evt_{secrets.token_hex(12)}"
        event = self.events[id] = {
            "id": id, "object": "event", "type": kind,
            "created": int(time.time()), "livemode": False, "data": {"object": dict(subject)},
        }  # fmt: skip
        for url, secret in self.webhooks.values():
            task = asyncio.get_running_loop().create_task(deliver(event, url, secret))
            self.deliveries.add(task)
            task.add_done_callback(self.deliveries.discard)


async def deliver(event: dict[str, Any], url: str, secret: str) -> None:
    """Post an event until somebody answers 2xx, or nobody has for a minute."""
    payload = json.dumps(event).encode()
    for seconds in REDELIVERED_AFTER_SECONDS:
        await asyncio.sleep(seconds)
        at = int(time.time())
        signature = hmac.new(secret.encode(), b"%d.%s" % (at, payload), hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": f"t={at},v1={signature}",
        }
        try:
            async with (
                ClientSession(timeout=ClientTimeout(total=20)) as session,
                session.post(url, data=payload, headers=headers) as taken,
            ):
                if taken.status < 300:
                    return
        except (ClientError, TimeoutError) as error:
            logger.info("event %s is not taken: %s", event["id"], error)
