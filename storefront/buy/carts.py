"""The cart's page and what changes it; HTMX gets the part that changes, others the page again."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from storefront.buy import cart as carts
from storefront.buy import drafts
from storefront.buy.cart import LARGEST_QUANTITY, LONGEST_ID, Cart
from storefront.buy.quotes import quote
from storefront.errors import is_htmx
from storefront.sessions import safe_next, signed_in


@require_GET
@signed_in
def cart(request: HttpRequest) -> HttpResponse:
    return _shown(request, carts.read(request), "buy/cart.html")


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put so many of a variant in; back to ``next`` with a word and the way to the cart."""
    variant, quantity = _variant(request), _quantity(request, otherwise=1)
    onward = safe_next(request.POST.get("next"), reverse("buy:cart"))
    response = HttpResponseRedirect(onward)
    if not variant:
        messages.error(request, _("This article cannot be put in the cart. Choose it again."))
    elif quantity is None:
        messages.error(request, _quantity_wanted())
    else:
        try:
            carts.write(response, carts.read(request).adding(variant, quantity))
        except carts.Full:
            messages.warning(
                request,
                _("The cart is full: it holds %(most)s different articles. Buy these first.")
                % {"most": carts.MOST_LINES},
            )
        else:
            if onward != reverse("buy:cart"):
                messages.success(request, _("It is in your cart."))
    return response


@require_POST
@signed_in
def change(request: HttpRequest) -> HttpResponse:
    """One more, one less, or the number that was written."""
    now, step = carts.read(request), request.POST.get("step", "")
    variant, quantity = _variant(request), _quantity(request)
    if not now.has(variant):
        return _answer(request, now, told=_no_longer_there)
    if quantity is None:
        return _answer(request, now, told=_quantity_wanted)
    quantity += {"more": 1, "less": -1}.get(step, 0)
    return _answer(request, now.setting(variant, quantity))


@require_POST
@signed_in
def remove(request: HttpRequest) -> HttpResponse:
    now, variant = carts.read(request), _variant(request)
    if not now.has(variant):
        return _answer(request, now, told=_no_longer_there)
    return _answer(request, now.removing(variant, request.POST.get("name", "")))


@require_POST
@signed_in
def restore(request: HttpRequest) -> HttpResponse:
    """The undo of a removal."""
    return _answer(request, carts.read(request).restoring())


def _answer(
    request: HttpRequest, changed: Cart, *, told: Callable[[], str] | None = None
) -> HttpResponse:
    if is_htmx(request):
        return _shown(request, changed, "buy/_cart.html", told() if told else "")
    if told:
        messages.error(request, told())
    response = HttpResponseRedirect(reverse("buy:cart"))
    carts.write(response, changed)
    return response


def _shown(request: HttpRequest, cart: Cart, template: str, told: str = "") -> HttpResponse:
    quoted = quote(request, cart) if cart.lines else None
    seen = quoted.cart.seeing(quoted.prices) if quoted else cart
    request.cart_pieces = seen.pieces
    response = render(
        request,
        template,
        {
            "cart": seen,
            "quote": quoted,
            "told": told,
            "largest": LARGEST_QUANTITY,
            "last_number": drafts.last_bought(request),
        },
    )
    carts.write(response, seen)
    return response


def _variant(request: HttpRequest) -> str:
    wanted = request.POST.get("variant", "")
    return wanted if wanted.isprintable() and len(wanted) <= LONGEST_ID else ""


def _quantity(request: HttpRequest, otherwise: int | None = None) -> int | None:
    """The number in the field; None for anything that is no number of pieces."""
    written = request.POST.get("quantity", "").strip()
    if not written:
        return otherwise
    if not (written.isascii() and written.isdecimal()) or len(written) > 9:
        return None
    quantity = int(written)
    return quantity if 1 <= quantity <= LARGEST_QUANTITY else None


def _quantity_wanted() -> str:
    return _("Write how many you want as a whole number, 1 or more.")


def _no_longer_there() -> str:
    return _("That article is no longer in your cart: it was changed in another window.")
