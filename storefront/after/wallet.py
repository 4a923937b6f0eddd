"""The wallet: what came in and went out, with the balance after each; and the same as a table."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from storefront.after.lists import ends, nodes, window
from storefront.after.tables import Line, day_cell, money_cell, separator, text_cell
from storefront.api import ask
from storefront.money import cents
from storefront.sessions import signed_in

PER_PAGE = 20
PER_EXPORTED_PAGE = 100
KINDS = {
    "credit": gettext_lazy("Credit received"),
    "purchase": gettext_lazy("Order"),
    "refund": gettext_lazy("Refund"),
    "set_aside": gettext_lazy("Set aside for a purchase"),
    "released": gettext_lazy("Released again"),
    "lapsed": gettext_lazy("Expired credit"),
    "revoked": gettext_lazy("Taken back by the company"),
    "other": gettext_lazy("Correction"),
}
# What one filters by: few words, each for the kinds that belong together.
CHOICES = {
    "entrate": (gettext_lazy("What came in"), ("credit",)),
    "ordini": (gettext_lazy("Orders"), ("purchase", "set_aside", "released")),
    "rimborsi": (gettext_lazy("Refunds"), ("refund",)),
    "scaduto": (gettext_lazy("Expired or taken back"), ("lapsed", "revoked")),
}


class Filter(forms.Form):
    """Which movements to show; what is left empty does not narrow."""

    tipo = forms.ChoiceField(
        label=gettext_lazy("Movements"),
        required=False,
        choices=[
            ("", pgettext_lazy("movements", "All")),
            *((name, words) for name, (words, _k) in CHOICES.items()),
        ],
    )
    dal = forms.DateField(
        label=pgettext_lazy("first day", "From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    al = forms.DateField(
        label=pgettext_lazy("last day", "To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("dal") and found.get("al") and found["dal"] > found["al"]:
            self.add_error("al", _("The last day comes before the first one."))
        return found

    @property
    def asked(self) -> dict[str, Any]:
        """The API's arguments; nothing of a filter that makes no sense."""
        if not self.is_valid():
            return {}
        found = self.cleaned_data
        kinds = CHOICES[found["tipo"]][1] if found["tipo"] else ()
        return {
            "kinds": list(kinds) or None,
            "since": _iso(found["dal"]),
            "until": _iso(found["al"]),
        }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


@require_GET
@signed_in
def movements(request: HttpRequest) -> HttpResponse:
    """One wallet's: the one that is chosen, or the first."""
    wallets = ask(request, "after/wallets")["myWallets"]
    wallet = chosen(request, wallets)
    form = Filter(request.GET)
    told: dict[str, Any] = {"wallets": wallets, "wallet": wallet, "form": form}
    if wallet is not None:
        asked = {"wallet": wallet["id"], **form.asked, **window(request, PER_PAGE)}
        found = ask(request, "after/movements", **asked)["myMovements"]
        told |= {
            "movements": [shown(one) for one in nodes(found)],
            "count": found["totalCount"],
            "is_filtered": any(form.data.get(name) for name in form.fields),
            **ends(request, found["pageInfo"]),
        }
    return render(request, "after/wallet.html", told)


def chosen(request: HttpRequest, wallets: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The wallet that the address names, or the first; None for whoever has none."""
    wanted = request.GET.get("borsellino", "")
    return next((one for one in wallets if one["id"] == wanted), wallets[0] if wallets else None)


def shown(movement: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **movement,
        "words": KINDS.get(movement["kind"], KINDS["other"]),
        "comes_in": cents(movement["amount"]) > 0,
    }


@require_GET
@signed_in
def table(request: HttpRequest) -> HttpResponse:
    """All movements of the filter as CSV, streamed: the first leave before the last are read."""
    wallets = ask(request, "after/wallets")["myWallets"]
    wallet = chosen(request, wallets)
    pages = _pages(request, wallet, Filter(request.GET).asked)
    # Before anything is sent: a refusal is still a page.
    first = next(pages, [])
    response = StreamingHttpResponse(_csv(first, pages), content_type="text/csv; charset=utf-8")
    name = _("movements")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _pages(
    request: HttpRequest, wallet: Mapping[str, Any] | None, asked: Mapping[str, Any]
) -> Iterator[list[Any]]:
    """The movements, a page of the API's at a time; none twice, though others arrive meanwhile."""
    language = translation.get_language()
    seen: set[str] = set()
    cursor: str | None = None
    while wallet is not None:
        with translation.override(language):
            found = ask(
                request,
                "after/movements",
                wallet=wallet["id"],
                first=PER_EXPORTED_PAGE,
                after=cursor,
                **asked,
            )["myMovements"]
        new = [one for one in nodes(found) if one["id"] not in seen]
        seen.update(one["id"] for one in new)
        yield new
        cursor = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            return


def _csv(first: list[Any], rest: Iterator[list[Any]]) -> Iterator[str]:
    """Rows as they are read. The words and the way of writing numbers are those of the request."""
    language = translation.get_language()
    with translation.override(language):
        writer = csv.writer(Line(), delimiter=separator())
        # Spreadsheets take the file for UTF-8 by this mark.
        head = "\ufeff" + writer.writerow(
            [_("Day"), _("What"), _("Order"), _("Provider"), _("Amount"), _("Balance")]
        )
    yield head
    page: list[Any] | None = first
    while page is not None:
        with translation.override(language):
            rows = "".join(writer.writerow(_cells(one)) for one in page)
        yield rows
        page = next(rest, None)


def _cells(movement: Mapping[str, Any]) -> list[str]:
    told = shown(movement)
    return [
        day_cell(told["happenedAt"]),
        text_cell(told["words"]),
        text_cell(told["orderNumber"]),
        text_cell(told["providerName"]),
        money_cell(told["amount"]),
        money_cell(told["balance"]),
    ]
