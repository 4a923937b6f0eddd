from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from storefront.design.icons import ICONS

COLOURS = (
    ("paper", "ink"), ("surface", "ink"), ("sunken", "ink-soft"), ("lake", "on-lake"),
    ("lake-soft", "lake"), ("sun", "on-sun"), ("sun-soft", "sun"), ("good-soft", "good"),
    ("warning-soft", "warning"), ("bad-soft", "bad"),
)  # fmt: skip
LISTING: dict[str, Any] = {
    "slug": "formagella",
    "name": "Formagella della Val Cavallina stagionata quaranta giorni",
    "price": {"amount": "12.50", "currency": "EUR"},
    "isAvailable": True,
    "charterInForce": True,
    "madeBySfa": False,
    "pictureUrl": "",
    "provider": {"name": "Malga Alta"},
}


class Sample(forms.Form):
    name = forms.CharField(label="Nome e cognome", help_text="Come sul campanello.")
    comune = forms.ChoiceField(label="Comune", choices=[("", "Scegli"), ("1", "Lovere")])
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    agreed = forms.BooleanField(label="Ho letto la carta etica")


def style(request: HttpRequest) -> HttpResponse:
    """Every piece, to look at."""
    wrong = Sample({"name": "Giulia"}, auto_id="wrong_%s")
    told = {
        "colours": COLOURS,
        "icons": ICONS,
        "listings": [
            LISTING,
            LISTING | {"name": "Miele", "madeBySfa": True},
            LISTING | {"name": "Asilo nel bosco", "isAvailable": False},
        ],
        "form": Sample(),
        "wrong": wrong,
        "tabs": [("Da consegnare", "/stile/"), ("Consegnati", "/altro/"), ("Annullati", "/x/")],
        "steps": [
            {"title": "Pagato con il credito", "state": "done", "text": "22 nov 2026, 09:14"},
            {"title": "Accettato da Malga Alta", "state": "done"},
            {"title": "Lo SFA prepara il pacco", "state": "now", "text": "Oggi pomeriggio"},
            {"title": "In consegna", "state": "todo"},
        ],
        "drawings": ("basket", "search", "parcel", "ticket", "lost", "storm", "calm", "letter"),
    }
    return render(request, "design/style.html", told)
