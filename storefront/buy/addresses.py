"""Where the person lives, as the shop remembers it, and where the SFA delivers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from storefront.api import ApiRefusal, ask, mutate
from storefront.buy.drafts import Address

# The shop's address book wants a province; all comuni of the territory are in this one.
PROVINCE = "BG"


@dataclass(frozen=True, slots=True)
class Where:
    """``comuni`` with ``name`` and ``cap``; ``remembered_id``: of the address book, or empty."""

    comuni: list[Mapping[str, Any]]
    remembered: Address
    remembered_id: str


def where(request: HttpRequest) -> Where:
    found = ask(request, "buy/where")
    comuni = [edge["node"] for edge in found["comuni"]["edges"]]
    kept = (found["me"] or {}).get("defaultShippingAddress")
    return Where(comuni, _address(kept, comuni) if kept else Address(), kept["id"] if kept else "")


def remember(request: HttpRequest, address: Address, known: Where) -> None:
    """Keep the address for the next time, in place of the one before.

    The address book takes what it can check; where it says no, the order goes on without.
    """
    if address == known.remembered:
        return
    given = {
        "firstName": address.first_name,
        "lastName": address.last_name,
        "streetAddress1": address.street,
        "city": address.city,
        "postalCode": address.postal_code,
        "phone": address.phone,
        "country": "IT",
        "countryArea": PROVINCE,
    }
    if not (_changed(request, known.remembered_id, given) or _kept(request, given)):
        messages.info(request, _("We could not remember the address; this order goes there."))


def _changed(request: HttpRequest, address_id: str, given: Mapping[str, str]) -> bool:
    """Put the address in the place of the one before; that one may not be in one's own book."""
    if not address_id:
        return False
    try:
        mutate(request, "buy/address_change", id=address_id, input=given)
    except ApiRefusal:
        return False
    return True


def _kept(request: HttpRequest, given: Mapping[str, str]) -> bool:
    try:
        mutate(request, "buy/address_keep", input=given)
    except ApiRefusal:
        return False
    return True


def _address(kept: Mapping[str, Any], comuni: list[Mapping[str, Any]]) -> Address:
    """An address of the book, its comune written as the comune writes itself."""
    names = {one["name"].casefold(): one["name"] for one in comuni}
    city = kept["city"] or ""
    return Address(
        first_name=kept["firstName"] or "",
        last_name=kept["lastName"] or "",
        street=kept["streetAddress1"] or "",
        city=names.get(city.casefold(), city),
        postal_code=kept["postalCode"] or "",
        phone=kept["phone"] or "",
    )
