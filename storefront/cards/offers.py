"""What a card could pay of an order that credit does not cover, for the page before paying."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from storefront.api import ask
from storefront.headers import also_send_forms_to

# What a card may be the answer to; whatever else stands against a cart is put right first.
CARD_HELPS = frozenset({"INSUFFICIENT_CREDIT", "CATEGORY_BUDGET_EXCEEDED"})


@dataclass(frozen=True, slots=True)
class Rest:
    """``offer`` is the API's; ``waiting`` a card payment of theirs that is open already."""

    offer: Mapping[str, Any]
    waiting: Mapping[str, Any] | None

    @property
    def amount(self) -> str:
        """What the card would pay, as the API takes it."""
        return f"{self.offer['card']['amount']:.2f}"


def rest_of(
    request: HttpRequest, *, refusals: list[Mapping[str, Any]], purchase: Mapping[str, Any]
) -> Rest | None:
    """The offer for a purchase; None where it lacks nothing, or more than a card could help."""
    codes = {one["code"] for one in refusals}
    if not codes or not codes <= CARD_HELPS:
        return None
    found = ask(request, "cards/offer", input=purchase)
    waiting = [edge["node"] for edge in found["myCardPayments"]["edges"]]
    return Rest(found["cardOffer"], waiting[0] if waiting else None)


def let_through(response: HttpResponse) -> None:
    """A form of this page may end on the card's page."""
    page = urlsplit(settings.CARD_PAGE)
    also_send_forms_to(response, f"{page.scheme}://{page.netloc}")
