"""Orders: the list, one order with each provider's part of it, and cancelling a part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from storefront.after.lists import ends, nodes, window
from storefront.after.progress import CALLED_OFF, status_of, steps_of
from storefront.after.vouchers import shown
from storefront.api import ApiRefusal, ask, mutate
from storefront.money import cents, money
from storefront.sessions import signed_in

PER_PAGE = 10


@require_GET
@signed_in
def orders(request: HttpRequest) -> HttpResponse:
    """Newest first, each with its providers and how far they are."""
    found = ask(request, "after/orders", **window(request, PER_PAGE))["myPurchases"]
    told = {
        "orders": [_listed(order) for order in nodes(found)],
        **ends(request, found["pageInfo"]),
    }
    return render(request, "after/orders.html", told)


def _listed(order: Mapping[str, Any]) -> dict[str, Any]:
    parts = [{**part, "badge": status_of(part)} for part in order["parts"]]
    lines = [line for part in parts for line in part["lines"]]
    return {**order, "parts": parts, "first": lines[:2], "more": len(lines[2:])}


@require_GET
@signed_in
def order(request: HttpRequest, number: str) -> HttpResponse:
    found = ask(request, "after/order", number=number)
    purchase, vouchers = found["myPurchase"], nodes(found["myVouchers"])
    told = {
        "purchase": purchase,
        "delivery_refunds": [refund_shown(one) for one in purchase["deliveryRefunds"]],
        "wallet": wallet_of(purchase, found["myWallets"]),
        "parts": [_part(part, purchase, vouchers) for part in purchase["parts"]],
    }
    return render(request, "after/order.html", told)


def wallet_of(
    purchase: Mapping[str, Any], wallets: list[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """The wallet that paid, of the person's."""
    return next((one for one in wallets if one["id"] == purchase["walletId"]), None)


def _part(
    part: Mapping[str, Any], purchase: Mapping[str, Any], vouchers: list[Mapping[str, Any]]
) -> dict[str, Any]:
    own = [shown(one) for one in vouchers if one["providerName"] == part["providerName"]]
    own.sort(key=lambda one: (one["productName"], one["unit"]))
    return {
        **part,
        "badge": status_of(part),
        "steps": steps_of(part, purchase["placedAt"], own),
        "vouchers": own,
        "usable": Counter(one["status"] for one in own)["issued"],
        "refunds": [refund_shown(one) for one in part["refunds"]],
        "reason": next((one["reason"] for one in part["refunds"] if one["reason"]), ""),
        "is_called_off": part["status"] in CALLED_OFF,
    }


def refund_shown(refund: Mapping[str, Any]) -> dict[str, Any]:
    """With what of it is credit again, in euro, and what the card gets."""
    card = cents(refund["toCard"])
    credit = cents(refund["amount"]) - card
    return {**refund, "in_credit": credit / 100, "on_card": card / 100}


@require_http_methods(["GET", "POST"])
@signed_in
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Cancel a part; a second click finds it cancelled. Back to the order, which says how it is."""
    back = HttpResponseRedirect(reverse("after:order", args=[number]))
    part_id = request.POST.get("part", "")
    if request.method == "GET" or not part_id:
        return back
    try:
        part = mutate(request, "after/cancel", id=part_id)["part"]
    except ApiRefusal as refusal:
        messages.error(request, refusal.message)
        return back
    messages.success(request, _cancelled(part))
    return back


def _cancelled(part: Mapping[str, Any]) -> str:
    card = sum(cents(one["toCard"]) for one in part["refunds"])
    credit = sum(cents(one["amount"]) for one in part["refunds"]) - card
    said = [_("The order at %(provider)s is cancelled.") % {"provider": part["providerName"]}]
    if credit:
        said.append(_("%(sum)s are back in your credit.") % {"sum": money(credit / 100)})
    if card:
        said.append(_("%(sum)s go back to your card.") % {"sum": money(card / 100)})
    return " ".join(said)
