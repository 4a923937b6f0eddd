"""How to reach each page of the storefront. The list of pages is its URL map, not this table.

A page without arguments that an employee opens needs no line here. One with arguments does, and so
does one for whoever is not signed in, and an address that is no page. A named address that cannot
be reached fails the suite.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from urllib.parse import urljoin, urlsplit

from tests.storefront.cards import payments as card_payments
from tests.storefront.shop import EMPLOYEE, PROJECT, Shop

Reach = Callable[[Shop], str]


@dataclass(frozen=True)
class Place:
    """A page: how an employee comes there; ``signed_in=False`` for what only others see.

    ``variant`` tells two places of one name apart; ``no_page``: why it is none (a download, a
    redirect, an answer to a form). ``languages``: those that its own words are in.
    """

    path: str | Reach = ""
    signed_in: bool = True
    variant: str = ""
    no_page: str = ""
    languages: tuple[str, ...] = ("it", "en")


def link(page: str, beginning: str, where: str = "a") -> Reach:
    """The first link on ``page`` to an address that begins so, and is longer."""

    def reach(shop: Shop) -> str:
        shown = shop.visitor(EMPLOYEE).get(page)
        for anchor in shown.soup.select(f"main {where}[href]"):
            path = urlsplit(urljoin(shown.url, str(anchor["href"]))).path
            if path.startswith(beginning) and len(path) > len(beginning):
                return path
        raise AssertionError(f"{page} has no link to {beginning}...")

    return reach


def last_receipt(shop: Shop) -> str:
    """The receipt of the employee's last order."""
    from marketplace.sales.models import Settlement

    with shop.looking_in():
        orders = Settlement.objects.filter(user__email=EMPLOYEE, order_id__isnull=False)
        return f"/ricevuta/{orders.latest('pk').order_number}/"


def paid_just_now(shop: Shop) -> str:
    return f"{last_receipt(shop)}?appena=1"


PLACES: dict[str, list[Place]] = {
    # design, account, home
    "home:home": [Place("/"), Place("/", signed_in=False, variant="window")],
    "design:style": [Place("/stile/", signed_in=False, languages=("it",))],
    "account:login": [Place("/accesso/", signed_in=False)],
    "account:home": [Place(no_page="an answer to the profile's form")],
    "account:renew": [
        Place("/password/nuova/?email=a%40example.com&token=x", signed_in=False),
        Place("/password/nuova/", signed_in=False, variant="not whole"),
    ],
    "account:resume": [Place(no_page="leads home where no form waits")],
    "live": [Place(no_page="for who watches the servers")],
    "ready": [Place(no_page="for who watches the servers")],
    "language": [Place(no_page="sets a cookie and leads back")],
    "theme": [Place(no_page="sets a cookie and leads back")],
    "picture": [Place(no_page="a picture")],
    # find
    "find:listings": [
        Place("/negozio/"),
        Place("/negozio/?q=formagella&tipo=beni&prezzo_a=50", signed_in=False, variant="filtered"),
        Place("/negozio/?q=xyzzy+plugh", variant="empty"),
    ],
    "find:listing": [
        Place(link("/negozio/?q=formaggella", "/negozio/", "article a")),
        Place(link("/negozio/?tipo=servizi", "/negozio/", "article a"), False, "to nobody"),
        Place(link("/negozio/?q=coperta", "/negozio/", "article a"), variant="not on sale"),
    ],
    "find:map": [Place("/negozio/mappa/?q=pane")],
    "find:near_me": [Place(no_page="leads to the list, from where one lives")],
    "find:provider": [Place(link("/fornitori/", "/fornitori/"))],
    "find:charter": [Place(lambda shop: link("/fornitori/", "/fornitori/")(shop) + "carta/")],
    # buy: a cart with something in it, and the way to the receipt, are in test_buying.py
    "buy:cart": [Place("/carrello/", variant="empty")],
    "buy:checkout": [Place(no_page="leads to the cart where that is empty")],
    "buy:review": [Place(no_page="leads to the cart where that is empty")],
    "buy:add": [Place(no_page="an answer to a form")],
    "buy:change": [Place(no_page="an answer to a form")],
    "buy:remove": [Place(no_page="an answer to a form")],
    "buy:restore": [Place(no_page="an answer to a form")],
    "buy:pay": [Place(no_page="an answer to a form")],
    "buy:receipt": [Place(last_receipt), Place(paid_just_now, variant="paid just now")],
    # after
    "after:order": [Place(link("/ordini/", "/ordini/"))],
    "after:cancel": [Place(no_page="answers a form, and leads back")],
    "after:voucher": [Place(link("/buoni/", "/buoni/"))],
    "after:voucher_paper": [Place(no_page="a PDF")],
    "after:movements_table": [Place(no_page="a CSV file")],
    "after:expiry_dates": [Place(no_page="an iCalendar file")],
    "after:solidarity": [
        Place("/solidarieta/"),
        Place("/solidarieta/", signed_in=False, variant="of the Fund"),
    ],
    # cards: from the till to the card's page and back, see test_card.py
    "cards:pay": [Place(no_page="an answer to a form")],
    "cards:payment": [
        Place(card_payments.refused, variant="refused"),
        Place(card_payments.given_up, variant="given up"),
        Place(card_payments.returned, variant="returned"),
    ],
    "cards:back": [Place(card_payments.waiting)],
    "cards:give_up": [Place(no_page="closes a payment, and leads to it")],
}


@cache
def routes() -> dict[str, str]:
    """Every named address of the storefront, from its URL map."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "storefront.settings",
        "STOREFRONT_SECRET_KEY": "reads the URL map only",
        "WELFAREPIU_EMBEDDED": "1",
    }
    said = subprocess.run(
        [sys.executable, "-m", "storefront", "pages"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found = [json.loads(line) for line in said.stdout.splitlines()]
    return {one["name"]: one["route"] for one in found}


def unreached() -> list[str]:
    """Named addresses with arguments and no line in the table."""
    return [name for name, route in routes().items() if "<" in route and name not in PLACES]


def places() -> list[tuple[str, Place]]:
    """Every page to visit, by name."""
    found = []
    for name, route in routes().items():
        known = PLACES.get(name) or ([] if "<" in route else [Place(route)])
        found += [(f"{name} {one.variant}".strip(), one) for one in known if not one.no_page]
    return found


def path_of(place: Place, shop: Shop) -> str:
    return place.path if isinstance(place.path, str) else place.path(shop)
