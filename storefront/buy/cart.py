"""The cart: a signed cookie with articles, quantities and the prices that were seen.

It belongs to whoever filled it: on a shared computer the next person finds their own, not this one.
A cart filled before signing in belongs to the first who signs in and changes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.http import HttpRequest, HttpResponse

from storefront.buy import cookies

COOKIE = "carrello"
SECONDS = 30 * 24 * 3600
# So many keep the cookie under a browser's 4 KB, and the cart's page under 60 KB.
MOST_LINES = 24
LONGEST_ID = 64
LONGEST_NAME = 80
# What a quantity's field may say; how many may be bought, the shop says.
LARGEST_QUANTITY = 99_999


class Full(Exception):
    """The cart holds as many different articles as it can."""


@dataclass(frozen=True, slots=True)
class Line:
    """``seen_cents``: the price of one that the person was last shown; None: not shown yet."""

    variant: str
    quantity: int
    seen_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Cart:
    """``removed`` can be put back, under the name it had; ``broken``: the cookie was no cart."""

    owner: str = ""
    lines: tuple[Line, ...] = ()
    wallet: str = ""
    removed: Line | None = None
    removed_name: str = ""
    broken: bool = field(default=False, compare=False)

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)

    def has(self, variant: str) -> bool:
        return any(line.variant == variant for line in self.lines)

    def adding(self, variant: str, quantity: int, seen_cents: int | None = None) -> Cart:
        """With so many more of an article; Full where there is no room for another one."""
        if self.has(variant):
            now = next(line.quantity for line in self.lines if line.variant == variant)
            return self.setting(variant, now + quantity)
        if len(self.lines) >= MOST_LINES:
            raise Full
        line = Line(variant, min(quantity, LARGEST_QUANTITY), seen_cents)
        return replace(self, lines=(*self.lines, line), removed=None)

    def setting(self, variant: str, quantity: int) -> Cart:
        """With that quantity of an article that is in it."""
        bounded = max(1, min(quantity, LARGEST_QUANTITY))
        lines = tuple(
            replace(line, quantity=bounded) if line.variant == variant else line
            for line in self.lines
        )
        return replace(self, lines=lines, removed=None)

    def removing(self, variant: str, name: str) -> Cart:
        gone = next((line for line in self.lines if line.variant == variant), None)
        return replace(
            self.without([variant]),
            removed=gone or self.removed,
            removed_name=name[:LONGEST_NAME] if gone else self.removed_name,
        )

    def restoring(self) -> Cart:
        """With what was removed last back in; the same cart where nothing was."""
        if self.removed is None or self.has(self.removed.variant):
            return replace(self, removed=None)
        return replace(self, lines=(*self.lines, self.removed), removed=None)

    def without(self, variants: Iterable[str]) -> Cart:
        gone = set(variants)
        return replace(self, lines=tuple(one for one in self.lines if one.variant not in gone))

    def seeing(self, prices: dict[str, int]) -> Cart:
        """With the prices that the person is being shown now."""
        lines = tuple(
            replace(line, seen_cents=prices.get(line.variant, line.seen_cents))
            for line in self.lines
        )
        return replace(self, lines=lines)


def read(request: HttpRequest) -> Cart:
    """The cart of whoever asks: an empty one where the cookie is somebody else's or broken."""
    if not request.COOKIES.get(COOKIE):
        return Cart(owner=_email(request))
    found = cookies.read(request, COOKIE, seconds=SECONDS)
    try:
        cart = _cart(found or {})
    except (KeyError, TypeError, ValueError):
        return Cart(owner=_email(request), broken=True)
    email = _email(request)
    if cart.owner and email and cart.owner != email:
        return Cart(owner=email)
    return replace(cart, owner=cart.owner or email)


def shown_pieces(request: HttpRequest) -> int:
    """How many pieces the header may tell whoever is looking: none of a cart that is another's."""
    cart = read(request)
    return cart.pieces if cart.owner == _email(request) else 0


def write(response: HttpResponse, cart: Cart) -> None:
    removed = cart.removed
    value = {
        "o": cart.owner,
        "l": [[one.variant, one.quantity, one.seen_cents] for one in cart.lines],
        "w": cart.wallet,
        "r": [removed.variant, removed.quantity, removed.seen_cents] if removed else None,
        "n": cart.removed_name if removed else "",
    }
    cookies.write(response, COOKIE, value, seconds=SECONDS)


def _cart(found: dict[str, object]) -> Cart:
    lines, removed = found["l"], found["r"]
    return Cart(
        owner=str(found["o"]),
        lines=tuple(Line(*line) for line in lines),  # type: ignore[attr-defined]
        wallet=str(found["w"]),
        removed=Line(*removed) if removed else None,  # type: ignore[misc]
        removed_name=str(found["n"]),
    )


def _email(request: HttpRequest) -> str:
    person = getattr(request, "person", None)
    return person.email if person else ""
