from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from storefront.api import ask


def home(request: HttpRequest) -> HttpResponse:
    """Credit and what is near for whoever is signed in; else what this is, and the window."""
    if request.person is None:
        return render(request, "home/window.html", ask(request, "home/window"))
    return render(request, "home/mine.html", ask(request, "home/mine"))
