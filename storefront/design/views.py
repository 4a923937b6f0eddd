from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def style(request: HttpRequest) -> HttpResponse:
    """Every piece, to look at."""
    return render(request, "design/style.html")
