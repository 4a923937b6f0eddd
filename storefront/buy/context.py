"""How many pieces are in the cart, for every page's header."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from storefront.buy import cart


def page(request: HttpRequest) -> dict[str, Any]:
    # A view that has just changed the cart says so itself; the cookie is older.
    changed = getattr(request, "cart_pieces", None)
    return {"cart_count": cart.shown_pieces(request) if changed is None else changed}
