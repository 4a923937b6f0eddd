"""What a person sees and chooses about themselves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from storefront.api import ApiRefusal, ask, mutate
from storefront.sessions import signed_in


@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    found = ask(request, "account/profile")
    comuni = [edge["node"] for edge in found["comuni"]["edges"]]
    told = {**found, "comuni": comuni, "companies": _companies(found)}
    return render(request, "account/profile.html", told)


def _companies(found: dict[str, Any]) -> list[str]:
    """Names of the companies that the person works for."""
    return [
        one["organisation"]["name"]
        for one in found["myMemberships"] or ()
        if one["role"] == "employee"
    ]


@require_POST
@signed_in
def choose_home(request: HttpRequest) -> HttpResponse:
    """Choose the comune that distances are measured from; empty: what the company knows."""
    try:
        mutate(request, "account/home_set", comune=request.POST.get("comune") or None)
    except ApiRefusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Distances are now measured from there."))
    return HttpResponseRedirect(reverse("account:profile"))
