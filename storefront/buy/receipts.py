"""The receipt: what was paid, from which credit, what went to the Fund, who prepares it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from storefront.api import ask
from storefront.sessions import signed_in


@require_GET
@signed_in
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Of one's own order; ``?appena=1``: it was paid just now."""
    found = ask(request, "buy/receipt", number=number)
    purchase = found["myPurchase"]
    told = {
        "purchase": purchase,
        "wallet": wallet_of(purchase, found["myWallets"]),
        "steps": next_steps(purchase),
        "just_now": request.GET.get("appena") == "1",
    }
    return render(request, "buy/receipt_page.html", told)


def wallet_of(
    purchase: Mapping[str, Any], wallets: Iterable[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """The wallet that paid, of the person's."""
    return next((one for one in wallets if one["id"] == purchase["walletId"]), None)


def next_steps(purchase: Mapping[str, Any]) -> list[dict[str, str]]:
    """What comes after paying, in the order in which it comes, for the ``steps`` piece."""
    lines = [line for part in purchase["parts"] for line in part["lines"]]
    has_goods = any(not line["isService"] for line in lines)
    steps = [
        {
            "title": _("Paid with your credit and your card")
            if purchase["paidByCard"]["amount"]
            else _("Paid with your credit"),
            "state": "done",
        },
        {
            "title": _("The provider accepts it"),
            "text": _("Until then you can still cancel; whoever cannot serve you gives it back."),
            "state": "now",
        },
    ]
    if any(line["packedBySfa"] for line in lines):
        steps.append({"title": _("Trainees of the SFA pack it"), "state": "todo"})
    if has_goods and purchase["deliveryMethod"] == "sfa_delivery":
        steps.append({"title": _("Trainees of the SFA bring it to your door"), "state": "todo"})
    elif has_goods:
        steps.append({"title": _("You fetch it at the provider's"), "state": "todo"})
    if any(line["isService"] for line in lines):
        steps.append(
            {
                "title": _("The provider agrees with you when the service takes place"),
                "state": "todo",
            }
        )
    return steps
