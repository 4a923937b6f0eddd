"""A cart as the API sees it now, arranged for a page: by provider, with what stands against it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from storefront.api import ApiRefusal, ask
from storefront.buy.cart import Cart, Line
from storefront.money import cents

# How a refusal of a line begins, in either language; beside the line it says nothing new.
NUMBERED = re.compile(r"^\w+ \d+:\s+")
# Each has its own place on a page.
TOLD_APART = frozenset({"EMPTY_CART", "INSUFFICIENT_CREDIT", "WALLET_NOT_CHOSEN"})


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line of the cart with what the shop says of it; ``was_cents`` where the price changed."""

    kept: Line
    found: Mapping[str, Any]
    was_cents: int | None = None

    @property
    def name(self) -> str:
        listing = self.found["listing"] or {}
        return str(listing.get("name") or self.found["productName"] or _("An article that is gone"))

    @property
    def refusals(self) -> list[str]:
        return [beside_line(one["message"]) for one in self.found["refusals"]]

    @property
    def was_euro(self) -> float | None:
        return None if self.was_cents is None else self.was_cents / 100

    @property
    def got_dearer(self) -> bool:
        return self.was_cents is not None and cents(self.found["unitPrice"]) > self.was_cents


@dataclass(slots=True)
class Group:
    """What one provider fulfils; ``total`` and ``levy`` of what can be bought of it."""

    provider: Mapping[str, Any]
    lines: list[QuotedLine] = field(default_factory=list)
    total: Mapping[str, Any] | None = None
    levy: Mapping[str, Any] | None = None

    @property
    def packed_by_sfa(self) -> bool:
        return any(line.found["listing"]["needsPacking"] for line in self.lines)

    @property
    def has_goods(self) -> bool:
        return any(not line.found["listing"]["isService"] for line in self.lines)


@dataclass(slots=True)
class Quote:
    """``found`` is the API's preview, ``wallets`` are the person's."""

    cart: Cart
    found: Mapping[str, Any]
    wallets: list[Mapping[str, Any]]
    lines: list[QuotedLine] = field(default_factory=list)

    @property
    def groups(self) -> list[Group]:
        groups: dict[str, Group] = {}
        parts = {part["providerId"]: part for part in self.found["parts"]}
        for line in self.lines:
            listing = line.found["listing"]
            if listing is None:
                continue
            provider = listing["provider"]
            part = parts.get(provider["id"], {})
            group = groups.setdefault(
                provider["id"],
                Group(provider, total=part.get("total"), levy=part.get("levy")),
            )
            group.lines.append(line)
        return list(groups.values())

    @property
    def fetched_at(self) -> str:
        """Where goods would be fetched: providers and their comuni."""
        makers = [group.provider for group in self.groups if group.has_goods]
        return ", ".join(f"{one['name']} ({one['comune']['name']})" for one in makers)

    @property
    def gone(self) -> list[QuotedLine]:
        """What is not on sale any more."""
        return [line for line in self.lines if line.found["listing"] is None]

    @property
    def problems(self) -> list[str]:
        """What stands against the cart as a whole, but for what has its own place."""
        return [
            one["message"]
            for one in self.found["refusals"]
            if one["line"] is None and one["code"] not in TOLD_APART
        ]

    @property
    def lacks_credit(self) -> bool:
        return self._refused("INSUFFICIENT_CREDIT")

    @property
    def can_be_bought(self) -> bool:
        return not self.found["refusals"]

    @property
    def lines_are_good(self) -> bool:
        """Nothing stands against any line; the rest is settled on the way to the till."""
        return bool(self.lines) and all(one["line"] is None for one in self.found["refusals"])

    @property
    def wallet(self) -> Mapping[str, Any] | None:
        wanted = self.found["walletId"]
        return next((one for one in self.wallets if one["id"] == wanted), None)

    @property
    def credit_after(self) -> float:
        return (cents(self.found["credit"]) - cents(self.found["due"])) / 100

    @property
    def changed(self) -> list[QuotedLine]:
        return [line for line in self.lines if line.was_cents is not None]

    @property
    def prices(self) -> dict[str, int]:
        """What one of each article costs now, by its variant."""
        return {
            line.kept.variant: cents(line.found["unitPrice"])
            for line in self.lines
            if line.found["unitPrice"]
        }

    def _refused(self, code: str) -> bool:
        return any(one["code"] == code for one in self.found["refusals"])


def quote(request: HttpRequest, cart: Cart, *, delivery: str = "", city: str = "") -> Quote:
    """Ask what the cart would cost; who has several wallets and chose none pays with the best."""
    try:
        found = _asked(request, cart, delivery, city)
    except ApiRefusal:
        if not cart.wallet:
            raise
        # The wallet chosen earlier is not, or no longer, one's own.
        cart = replace(cart, wallet="")
        found = _asked(request, cart, delivery, city)
    chosen = _wallet_of(cart, found["myWallets"])
    if chosen != cart.wallet:
        cart = replace(cart, wallet=chosen)
        if chosen:
            found = _asked(request, cart, delivery, city)
    preview = found["purchasePreview"]
    lines = [
        QuotedLine(kept, line, _price_before(kept, line))
        for kept, line in zip(cart.lines, preview["lines"], strict=True)
    ]
    return Quote(cart, preview, found["myWallets"], lines)


def beside_line(sentence: str) -> str:
    """A refusal of a line without the line's number, for where it stands beside the line."""
    rest = NUMBERED.sub("", sentence)
    return rest[:1].upper() + rest[1:]


def _asked(request: HttpRequest, cart: Cart, delivery: str, city: str) -> dict[str, Any]:
    asked = {
        "lines": [{"variantId": one.variant, "quantity": one.quantity} for one in cart.lines],
        "deliveryMethod": delivery or None,
        "city": city or None,
        "walletId": cart.wallet or None,
    }
    return ask(request, "buy/preview", input=asked)


def _wallet_of(cart: Cart, wallets: Iterable[Mapping[str, Any]]) -> str:
    """The wallet that pays: the chosen one; else, of several, whose credit expires first."""
    several = list(wallets)
    if any(one["id"] == cart.wallet for one in several):
        return cart.wallet
    if len(several) < 2:
        return ""
    full = [one for one in several if one["lots"]] or several
    return str(min(full, key=lambda one: [lot["expiresOn"] for lot in one["lots"]])["id"])


def _price_before(kept: Line, line: Mapping[str, Any]) -> int | None:
    now = line["unitPrice"]
    if now is None or kept.seen_cents is None or kept.seen_cents == cents(now):
        return None
    return kept.seen_cents
