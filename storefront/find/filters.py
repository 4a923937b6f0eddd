"""What a reader has asked of the list, as it stands in the page's address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.money import km as kilometres
from storefront.money import money

DISTANCES = (5, 10, 20)
SORTS = {
    "nuovi": ("NEW", gettext_lazy("Newest")),
    "pertinenza": ("RELEVANCE", gettext_lazy("Best match")),
    "prezzo": ("PRICE", gettext_lazy("Lowest price")),
    "prezzo-alto": ("PRICE_DESC", gettext_lazy("Highest price")),
    "distanza": ("DISTANCE", gettext_lazy("Nearest")),
}
# What a filter's value is called where nothing on the page says its name.
CHOSEN = {
    "categoria": gettext_lazy("Chosen category"),
    "fornitore": gettext_lazy("Chosen provider"),
    "origine": gettext_lazy("Chosen comune"),
}
NAMES = (
    "q",
    "categoria",
    "da",
    "km",
    "fornitore",
    "comune",
    "origine",
    "prezzo_da",
    "prezzo_a",
    "sfa",
    "tipo",
    "ordine",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of the address, as texts; what is not known is left out."""

    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, query: QueryDict) -> Asked:
        given = {name: query.get(name, "").strip() for name in NAMES}
        return cls({name: value for name, value in given.items() if value})

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    def address(self, path: str, **changes: str) -> str:
        """A list like this one with changes; a value left empty is taken away."""
        values = {**self.values, **changes}
        kept = {name: values[name] for name in NAMES if values.get(name)}
        return f"{path}?{urlencode(kept)}" if kept else path

    @property
    def km(self) -> float | None:
        number = self.get("km")
        return float(number) if number.isdecimal() and len(number) < 4 else None

    @property
    def sort(self) -> str:
        """The name of the order: as asked, else by relevance where there are words, else newest."""
        chosen = self.get("ordine")
        if chosen in SORTS and not (chosen == "distanza" and not self.get("da")):
            return chosen
        return "pertinenza" if self.get("q") else "nuovi"

    @property
    def sorts(self) -> list[tuple[str, Any]]:
        """The orders that make sense here."""
        possible = {"pertinenza": bool(self.get("q")), "distanza": bool(self.get("da"))}
        return [(name, label) for name, (_e, label) in SORTS.items() if possible.get(name, True)]

    def variables(self) -> dict[str, Any]:
        """The API's ``filter``."""
        wanted: dict[str, Any] = {
            "search": self.get("q") or None,
            "category": self.get("categoria") or None,
            "provider": self.get("fornitore") or None,
            "comune": self.get("comune") or None,
            "origin": self.get("origine") or None,
            "madeBySfa": True if self.get("sfa") else None,
            "isService": {"servizi": True, "beni": False}.get(self.get("tipo")),
        }
        if self.get("da"):
            wanted["near"] = {"comune": self.get("da"), "km": self.km}
        price = {"gte": euro(self.get("prezzo_da")), "lte": euro(self.get("prezzo_a"))}
        if any(price.values()):
            wanted["price"] = {name: value for name, value in price.items() if value}
        return {name: value for name, value in wanted.items() if value is not None}


def euro(text: str) -> str | None:
    """An amount as people write it, ``12,50`` or ``€ 12``; None for none and for what is none."""
    try:
        amount = Decimal(text.replace("€", "").strip().replace(",", "."))
    except InvalidOperation:
        return None
    return f"{amount:.2f}" if amount.is_finite() and 0 <= amount < 1_000_000 else None


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: what it says, and the address without it."""

    label: str
    without: str


def chips(asked: Asked, names: Mapping[str, str], path: str) -> Iterator[Chip]:
    """A chip for each filter that is on; ``names`` of what has an id or a code."""

    def without(*taken: str) -> str:
        return asked.address(path, **dict.fromkeys(taken, ""))

    if asked.get("q"):
        yield Chip(f"«{asked.get('q')[:60]}»", without("q"))
    for name in ("categoria", "fornitore"):
        if asked.get(name):
            yield Chip(names.get(asked.get(name)) or str(CHOSEN[name]), without(name))
    if asked.get("comune"):
        place = names.get(asked.get("comune"), "")
        yield Chip(_("Providers of %(comune)s") % {"comune": place}, without("comune"))
    if asked.get("da"):
        place = names.get(asked.get("da"), "")
        if asked.km:
            told = {"km": kilometres(asked.km), "comune": place}
            yield Chip(_("Within %(km)s of %(comune)s") % told, without("km"))
        else:
            yield Chip(_("Distances from %(comune)s") % {"comune": place}, without("da", "km"))
    if asked.get("origine"):
        place = names.get(asked.get("origine"), "")
        yield Chip(_("From %(comune)s") % {"comune": place}, without("origine"))
    low, high = euro(asked.get("prezzo_da")), euro(asked.get("prezzo_a"))
    if low or high:
        yield Chip(_price(low, high), without("prezzo_da", "prezzo_a"))
    if asked.get("tipo") in ("beni", "servizi"):
        label = _("Services") if asked.get("tipo") == "servizi" else _("Goods")
        yield Chip(label, without("tipo"))
    if asked.get("sfa"):
        yield Chip(_("Made by the SFA"), without("sfa"))


def _price(low: str | None, high: str | None) -> str:
    if low and high:
        return f"{money(low)} – {money(high)}"
    if low:
        return _("From %(price)s up") % {"price": money(low)}
    return _("Up to %(price)s") % {"price": money(high)}
