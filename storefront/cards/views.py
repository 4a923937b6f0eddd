"""To Stripe's page and back. What became of the card, the API says; an address says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from storefront.api import ApiRefusal, ask, mutate
from storefront.buy import checkout, cookies, drafts
from storefront.sessions import signed_in

# Which order a card is paying, so that its cart can be emptied once it is paid.
COOKIE, SECONDS = "carta", 4 * 3600
UNREACHABLE = "PAYMENT_SERVICE_UNAVAILABLE"


@require_POST
@signed_in
def pay(request: HttpRequest) -> HttpResponse:
    """Set aside what was confirmed, and go to the card's page."""
    confirmed = drafts.unsigned(request.POST.get("order", ""), request.person.email)
    if confirmed is None:
        return checkout.form_was_changed(request)
    number = drafts.bought(request).get(confirmed.key)
    if number:
        return checkout.to_receipt(number)
    try:
        begun = mutate(
            request,
            "cards/create",
            input=checkout.purchase_input(confirmed),
            card=request.POST.get("card") or None,
        )
    except ApiRefusal as refusal:
        if refusal.codes & {"CARD_JUST_PAID", UNREACHABLE}:
            messages.warning(request, refusal.message)
            return HttpResponseRedirect(reverse("buy:review"))
        return checkout.refused(request, confirmed, refusal)
    if begun["purchase"]:
        return checkout.bought(request, confirmed, begun["purchase"]["orderNumber"])
    waiting = begun["cardPayment"]
    away = waiting["pageUrl"] or reverse("cards:payment", args=[waiting["id"]])
    response = HttpResponseRedirect(away)
    kept = {"owner": request.person.email, "payment": waiting["id"], "order": request.POST["order"]}
    cookies.write(response, COOKIE, kept, seconds=SECONDS)
    return response


@require_GET
@signed_in
def payment(request: HttpRequest, id: str) -> HttpResponse:
    """How a card payment stands: on to the receipt, or what to do."""
    found, unreachable = _asked(request, id)
    if found["status"] == "PAID":
        return _paid(request, found)
    told = {
        "payment": found,
        "unreachable": unreachable,
        "waits": found["status"] == "OPEN" and not found["declined"],
        "back": cookies.read(request, COOKIE, seconds=SECONDS) is not None,
    }
    return render(request, "cards/payment.html", told)


@require_http_methods(["GET", "POST"])
@signed_in
def give_up(request: HttpRequest, id: str) -> HttpResponse:
    """Close the card's page and free what it held.

    Stripe leads here by a link, hence GET too: it moves no money, and again it changes nothing.
    """
    try:
        mutate(request, "cards/give_up", id=id)
    except ApiRefusal as refusal:
        if UNREACHABLE not in refusal.codes:
            raise
        messages.warning(request, refusal.message)
    return HttpResponseRedirect(reverse("cards:payment", args=[id]))


def _asked(request: HttpRequest, id: str) -> tuple[Mapping[str, Any], bool]:
    """The payment as Stripe says it is; or as we last knew it, where Stripe does not answer."""
    try:
        return mutate(request, "cards/refresh", id=id)["cardPayment"], False
    except ApiRefusal as refusal:
        if UNREACHABLE not in refusal.codes:
            raise
        return ask(request, "cards/payment", id=id)["myCardPayment"], True


def _paid(request: HttpRequest, found: Mapping[str, Any]) -> HttpResponse:
    number = found["purchase"]["orderNumber"]
    kept = cookies.read(request, COOKIE, seconds=SECONDS) or {}
    confirmed = None
    if kept.get("payment") == found["id"]:
        confirmed = drafts.unsigned(str(kept.get("order")), request.person.email)
    if confirmed is None:
        response = checkout.to_receipt(number)
    else:
        response = checkout.bought(request, confirmed, number)
    cookies.forget(response, COOKIE)
    if request.headers.get("HX-Request"):
        # A fragment cannot become another page: the browser itself has to go there.
        response["HX-Redirect"] = response["Location"]
        response.status_code = 204
        del response["Location"]
    return response
