"""The order that a person is about to confirm, and those that they have just paid.

The draft holds where it goes and who pays, under the idempotency key of its payment; the key is
made once, so that whatever is sent twice is bought once. What is confirmed is a signed snapshot of
draft and cart in the form itself: what was seen is what is bought.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse

from storefront.buy import cookies
from storefront.buy.cart import Cart

COOKIE, SECONDS = "cassa", 4 * 3600
BOUGHT_COOKIE, BOUGHT_SECONDS = "comprato", 24 * 3600
MOST_BOUGHT = 5
SNAPSHOT_SALT, SNAPSHOT_SECONDS = "storefront.buy.snapshot", 24 * 3600


@dataclass(frozen=True, slots=True)
class Address:
    first_name: str = ""
    last_name: str = ""
    street: str = ""
    city: str = ""
    postal_code: str = ""
    phone: str = ""

    def as_input(self) -> dict[str, str]:
        """``PurchaseAddressInput`` of the API."""
        return {
            "firstName": self.first_name,
            "lastName": self.last_name,
            "street": self.street,
            "city": self.city,
            "postalCode": self.postal_code,
            "phone": self.phone,
        }


@dataclass(frozen=True, slots=True)
class Draft:
    owner: str
    key: str
    delivery: str
    address: Address
    note: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of a purchase as it was confirmed; ``total_cents`` is what the wallet was to pay."""

    owner: str
    key: str
    lines: tuple[tuple[str, int], ...]
    delivery: str
    address: Address
    note: str
    wallet: str
    total_cents: int

    @property
    def variants(self) -> list[str]:
        return [variant for variant, _quantity in self.lines]

    def signed(self) -> str:
        return signing.dumps(asdict(self), salt=SNAPSHOT_SALT, compress=True)


def new_key() -> str:
    return uuid.uuid4().hex


def read(request: HttpRequest) -> Draft | None:
    """The draft of whoever is signed in."""
    found = cookies.read(request, COOKIE, seconds=SECONDS)
    try:
        draft = (
            Draft(**{**(found or {}), "address": Address(**found["address"])}) if found else None
        )
    except (KeyError, TypeError):
        return None
    return draft if draft and draft.owner == request.person.email else None


def write(response: HttpResponse, draft: Draft) -> None:
    cookies.write(response, COOKIE, asdict(draft), seconds=SECONDS)


def snapshot(draft: Draft, cart: Cart, total_cents: int) -> Snapshot:
    return Snapshot(
        owner=draft.owner,
        key=draft.key,
        lines=tuple((one.variant, one.quantity) for one in cart.lines),
        delivery=draft.delivery,
        address=draft.address,
        note=draft.note,
        wallet=cart.wallet,
        total_cents=total_cents,
    )


def unsigned(text: str, owner: str) -> Snapshot | None:
    """The snapshot in a form; None where it was tampered with, is too old or somebody else's."""
    try:
        found: Any = signing.loads(text, salt=SNAPSHOT_SALT, max_age=SNAPSHOT_SECONDS)
        made = Snapshot(
            **{
                **found,
                "address": Address(**found["address"]),
                "lines": tuple((str(variant), int(n)) for variant, n in found["lines"]),
            }
        )
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None
    return made if made.owner == owner else None


def bought(request: HttpRequest) -> dict[str, str]:
    """Numbers of the orders just paid, by the key of their payment, oldest first."""
    found = cookies.read(request, BOUGHT_COOKIE, seconds=BOUGHT_SECONDS) or {}
    if found.get("owner") != request.person.email:
        return {}
    return {str(key): str(number) for key, number in found.get("orders", ())}


def last_bought(request: HttpRequest) -> str:
    """The number of the order paid last, or nothing."""
    return next(reversed(bought(request).values()), "")


def note_bought(request: HttpRequest, response: HttpResponse, key: str, number: str) -> None:
    orders = [*((k, n) for k, n in bought(request).items() if k != key), (key, number)]
    value = {"owner": request.person.email, "orders": orders[-MOST_BOUGHT:]}
    cookies.write(response, BOUGHT_COOKIE, value, seconds=BOUGHT_SECONDS)


def forget(response: HttpResponse) -> None:
    cookies.forget(response, COOKIE)
