"""Vouchers: the list, one to show at the counter, and the same on paper."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from storefront.after.lists import ends, nodes, window
from storefront.after.paper import voucher_pdf
from storefront.api import ask
from storefront.sessions import signed_in

PER_PAGE = 20
# In the address, to the API, over the list.
STATES = {
    "da-usare": ("issued", pgettext_lazy("vouchers", "To be used")),
    "usati": ("redeemed", pgettext_lazy("vouchers", "Used")),
    "scaduti": ("expired", pgettext_lazy("vouchers", "Expired")),
    "annullati": ("cancelled", pgettext_lazy("vouchers", "Cancelled")),
}
WORDS = {
    "issued": _("To be used"),
    "redeemed": _("Used"),
    "expired": _("Expired"),
    "cancelled": _("Cancelled"),
}
TONES = {"issued": "good", "redeemed": "plain", "expired": "warning", "cancelled": "plain"}


@require_GET
@signed_in
def vouchers(request: HttpRequest) -> HttpResponse:
    """Those of one state, newest first; those still to be used where none is chosen."""
    chosen = request.GET.get("stato", "da-usare")
    if chosen not in STATES:
        raise Http404
    status = STATES[chosen][0]
    found = ask(request, "after/vouchers", status=status, **window(request, PER_PAGE))
    told = {
        "vouchers": [shown(one) for one in nodes(found["myVouchers"])],
        "states": [
            (words, f"?stato={name}", name == chosen) for name, (_s, words) in STATES.items()
        ],
        "state": status,
        **ends(request, found["myVouchers"]["pageInfo"]),
    }
    return render(request, "after/vouchers.html", told)


@require_GET
@signed_in
def voucher(request: HttpRequest, pk: int) -> HttpResponse:
    found = _voucher(request, pk)
    told = {"voucher": found, "qr": drawn(found["code"]) if found["code"] else ""}
    return render(request, "after/voucher.html", told)


@require_GET
@signed_in
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The voucher to print: all that the counter asks for, with no network."""
    found = _voucher(request, pk)
    if not found["code"]:
        raise Http404
    response = HttpResponse(voucher_pdf(found), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="buono-{pk}.pdf"'
    return response


def _voucher(request: HttpRequest, pk: int) -> dict[str, Any]:
    gid = b64encode(f"WelfareVoucher:{pk}".encode()).decode()
    return shown(ask(request, "after/voucher", id=gid)["myVoucher"])


def shown(voucher: Mapping[str, Any]) -> dict[str, Any]:
    status = voucher["status"]
    return {**voucher, "pk": number_of(voucher["id"]), "badge": (WORDS[status], TONES[status])}


def number_of(gid: str) -> str:
    """The number in a voucher's global id, for its address."""
    return b64decode(gid).decode().rpartition(":")[2]


def drawn(code: str) -> SafeString:
    """The code as a QR symbol, drawn in place; black on white in every theme, for scanners."""
    symbol = segno.make(code, error="m", micro=False)
    return mark_safe(  # noqa: S308 (drawn by segno from a code's characters)
        symbol.svg_inline(omitsize=True, border=4, dark="#000", light="#fff", svgclass="qr")
    )
