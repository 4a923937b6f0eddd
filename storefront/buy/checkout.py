"""From the cart to the paid order: where it goes and who pays; all of it once more; pay.

Two pages and a button, the same with JavaScript and without. Paying is one request to the API, with
an idempotency key that was fixed before the page was shown: a double click, a reload and the back
button lead to the same receipt.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from storefront.api import ApiRefusal, ApiUnavailable, mutate
from storefront.buy import addresses, drafts
from storefront.buy import cart as carts
from storefront.buy.cart import Cart
from storefront.buy.drafts import Draft, Snapshot
from storefront.buy.forms import ON_SITE, PICK_UP, SFA, DeliveryForm
from storefront.buy.quotes import Quote, beside_line, quote
from storefront.cards import offers
from storefront.money import cents
from storefront.sessions import signed_in

# What the person puts right on the page before: where it goes and who pays.
OF_DELIVERY = frozenset(
    {
        "DELIVERY_NOT_AVAILABLE",
        "OUTSIDE_TERRITORY",
        "INVALID_ADDRESS",
        "WALLET_NOT_CHOSEN",
        "NOT_FOUND",
    }
)


@require_http_methods(["GET", "POST"])
@signed_in
def delivery(request: HttpRequest) -> HttpResponse:
    """Where it goes and who pays."""
    cart, draft = carts.read(request), drafts.read(request)
    if not cart.lines:
        return _nothing_to_buy(request)
    where = addresses.where(request)
    quoted = quote(request, cart, delivery=draft.delivery if draft else "")
    form = DeliveryForm(
        request.POST if request.method == "POST" else None,
        ways=ways(quoted),
        comuni=where.comuni,
        initial=_initial(request, draft, where, ways(quoted)),
    )
    if request.method == "POST" and form.is_valid():
        return _go_on(request, cart, draft, form, where)
    told = {"form": form, "quote": quoted, "where": where, "options": _options(quoted)}
    response = render(request, "buy/delivery.html", told, status=422 if form.errors else 200)
    carts.write(response, quoted.cart.seeing(quoted.prices))
    return response


@require_http_methods(["GET"])
@signed_in
def review(request: HttpRequest) -> HttpResponse:
    """All of the order before it is paid."""
    cart, draft = carts.read(request), drafts.read(request)
    if not cart.lines:
        return _nothing_to_buy(request)
    if draft is None:
        return HttpResponseRedirect(reverse("buy:checkout"))
    quoted = quote(request, cart, delivery=draft.delivery, city=draft.address.city)
    if draft.delivery not in ways(quoted):
        # The cart has changed since: goods want a way of delivery, services none.
        return HttpResponseRedirect(reverse("buy:checkout"))
    confirmed = drafts.snapshot(draft, quoted.cart, cents(quoted.found["due"]))
    rest = offers.rest_of(
        request, refusals=quoted.found["refusals"], purchase=purchase_input(confirmed)
    )
    told = {"quote": quoted, "draft": draft, "snapshot": confirmed.signed(), "rest": rest}
    response = render(request, "buy/review.html", told)
    offers.let_through(response)
    carts.write(response, quoted.cart.seeing(quoted.prices))
    return response


@require_POST
@signed_in
def pay(request: HttpRequest) -> HttpResponse:
    """Buy what was confirmed, once, whatever is sent twice."""
    confirmed = drafts.unsigned(request.POST.get("order", ""), request.person.email)
    if confirmed is None:
        return form_was_changed(request)
    number = drafts.bought(request).get(confirmed.key)
    if number:
        return to_receipt(number)
    try:
        found = mutate(request, "buy/purchase", input=purchase_input(confirmed))
    except ApiRefusal as refusal:
        return refused(request, confirmed, refusal)
    except ApiUnavailable:
        # It may have gone through: the same form again finds out, and never buys twice.
        told = {"snapshot": confirmed.signed(), "total": confirmed.total_cents / 100}
        return render(request, "buy/unsure.html", told, status=503)
    return bought(request, confirmed, found["purchase"]["orderNumber"])


def ways(quoted: Quote) -> list[str]:
    """How this cart can reach its buyer: services take place, goods are brought or fetched."""
    if not quoted.found["needsDelivery"]:
        return [ON_SITE]
    offered = {one["method"] for one in quoted.found["deliveryOptions"]}
    return [way for way in (SFA, PICK_UP) if way in offered]


def _options(quoted: Quote) -> list[dict[str, Any]]:
    prices = {one["method"]: one["price"] for one in quoted.found["deliveryOptions"]}
    return [{"method": way, "price": prices.get(way)} for way in ways(quoted)]


def _initial(
    request: HttpRequest, draft: Draft | None, where: addresses.Where, offered: list[str]
) -> dict[str, Any]:
    address = draft.address if draft else where.remembered
    way = draft.delivery if draft and draft.delivery in offered else offered[0]
    return {
        "delivery": way,
        "first_name": address.first_name or request.person.first_name,
        "last_name": address.last_name or request.person.last_name,
        "street": address.street,
        "city": address.city,
        "postal_code": address.postal_code,
        "phone": address.phone,
        "note": draft.note if draft else "",
        "remember": not where.remembered_id,
    }


def _go_on(
    request: HttpRequest,
    cart: Cart,
    draft: Draft | None,
    form: DeliveryForm,
    where: addresses.Where,
) -> HttpResponse:
    if form.cleaned_data["remember"]:
        addresses.remember(request, form.address(), where)
    response = HttpResponseRedirect(reverse("buy:review"))
    kept = Draft(
        owner=request.person.email,
        key=draft.key if draft else drafts.new_key(),
        delivery=form.cleaned_data["delivery"],
        address=form.address(),
        note=form.cleaned_data["note"],
    )
    drafts.write(response, kept)
    carts.write(response, replace(cart, wallet=form.cleaned_data["wallet"] or cart.wallet))
    return response


def purchase_input(confirmed: Snapshot) -> dict[str, Any]:
    """``PurchaseInput`` of what was confirmed."""
    total = confirmed.total_cents
    return {
        "idempotencyKey": confirmed.key,
        "lines": [{"variantId": variant, "quantity": n} for variant, n in confirmed.lines],
        "deliveryMethod": confirmed.delivery,
        "address": confirmed.address.as_input(),
        "walletId": confirmed.wallet or None,
        "note": confirmed.note,
        "expectedTotal": f"{total // 100}.{total % 100:02d}",
    }


def bought(request: HttpRequest, confirmed: Snapshot, number: str) -> HttpResponse:
    """On to the receipt, with what was bought out of the cart."""
    response = to_receipt(number)
    drafts.note_bought(request, response, confirmed.key, number)
    draft = drafts.read(request)
    # Answered before, and the browser had it: what is in the cart now is another purchase.
    if draft is not None and draft.key == confirmed.key:
        drafts.forget(response)
        carts.write(response, carts.read(request).without(confirmed.variants))
    return response


def form_was_changed(request: HttpRequest) -> HttpResponse:
    """The order in the form is not one that we signed, or is too old."""
    messages.error(
        request,
        _(
            "The form has reached us changed, or was open for too long: nothing was bought. "
            "Look at the order once more, then pay."
        ),
    )
    return HttpResponseRedirect(reverse("buy:review"))


def refused(request: HttpRequest, confirmed: Snapshot, refusal: ApiRefusal) -> HttpResponse:
    """Back to where it is put right, with the reasons."""
    if "IDEMPOTENCY_CONFLICT" in refusal.codes:
        return _paid_otherwise(request)
    for one in refusal.errors:
        sentence = one.message if one.line is None else beside_line(one.message)
        messages.error(request, _("Nothing was paid. %(why)s") % {"why": sentence})
    back = "buy:checkout" if refusal.codes & OF_DELIVERY else "buy:review"
    response = HttpResponseRedirect(reverse(back))
    if not carts.read(request).lines:
        # Sent again from an old page: what it held comes back, to be put right.
        again = Cart(owner=confirmed.owner, wallet=confirmed.wallet)
        for variant, quantity in confirmed.lines:
            again = again.adding(variant, quantity)
        carts.write(response, again)
    return response


def _paid_otherwise(request: HttpRequest) -> HttpResponse:
    """The key of this order has paid for another content: it was changed after it was paid."""
    messages.warning(
        request,
        _(
            "This order was paid before you changed it, so the change was not bought. See it among "
            "your orders; for something more, fill the cart again."
        ),
    )
    response = HttpResponseRedirect(reverse("buy:cart"))
    drafts.forget(response)
    return response


def _nothing_to_buy(request: HttpRequest) -> HttpResponse:
    """The till with an empty cart: usually the back button after paying."""
    return HttpResponseRedirect(reverse("buy:cart"))


def to_receipt(number: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('buy:receipt', args=[number])}?appena=1")
