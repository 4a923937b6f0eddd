"""Coming in and going out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from storefront import sessions
from storefront.account import demo
from storefront.account.forms import LoginForm
from storefront.api import ApiRefusal, NotSignedIn, mutate
from storefront.sessions import Person, safe_next, signed_in

TOO_OFTEN = "LOGIN_TOO_OFTEN"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Sign in with e-mail and password, and go on to ``next``; a demo's people with one click."""
    onward = safe_next(request.POST.get("next") or request.GET.get("next"), "/")
    if request.method == "GET" and request.person is not None:
        return HttpResponseRedirect(onward)
    form = LoginForm(_sent(request))
    if form.is_bound and form.is_valid():
        response = _sign_in(request, form, onward)
        if response:
            return response
    told = {
        "form": form,
        "onward": onward,
        "was_ended": request.GET.get("scaduta") == "1",
        "demo_accounts": demo.accounts(),
    }
    return render(request, "account/login.html", told, status=422 if form.errors else 200)


def _sent(request: HttpRequest) -> Any:
    """The form as sent, or what stands for a click on one of the demo's people."""
    if request.method != "POST":
        return None
    known = demo.account(request.POST.get("demo", ""))
    return {"email": known.email, "password": known.password} if known else request.POST


def _sign_in(request: HttpRequest, form: LoginForm, onward: str) -> HttpResponse | None:
    """The way on for whom the API knows; else None, with what it says on the form."""
    # Whoever was signed in before has no part in this.
    request.token = ""
    try:
        found = mutate(request, "account/login", **form.cleaned_data)
    except ApiRefusal as refusal:
        form.add_error(None, _why(refusal))
        return None
    return enter(request, found, onward)


def _why(refusal: ApiRefusal) -> str:
    if TOO_OFTEN in refusal.codes:
        return refusal.message
    return _("E-mail and password do not match. Check them and try again.")


def enter(request: HttpRequest, found: dict[str, Any], onward: str) -> HttpResponse:
    """A new session for the ``token`` and ``user`` that the API answered, and the way on: to the
    form that waits for this person, where one does."""
    user = found["user"]
    request.person = Person(user["email"], user["firstName"], user["lastName"])
    waiting = sessions.kept(request) is not None
    response = HttpResponseRedirect(reverse("account:resume") if waiting else onward)
    sessions.sign_in(response, found["token"], request.person)
    return response


@signed_in
def resume(request: HttpRequest) -> HttpResponse:
    """What the person had sent when their session ended: to send it now, or leave it."""
    waiting = sessions.kept(request)
    if waiting is None:
        return HttpResponseRedirect("/")
    response = render(request, "account/resume.html", {"waiting": waiting})
    sessions.forget_kept(response)
    return response


@require_http_methods(["GET", "POST"])
def logout(request: HttpRequest) -> HttpResponse:
    """Out of this device, or with ``everywhere`` of all of them."""
    if request.method == "GET":
        return render(request, "account/logout.html")
    if request.POST.get("everywhere"):
        _end_everywhere(request)
    else:
        messages.success(request, _("You have signed out."))
    response = HttpResponseRedirect("/")
    sessions.sign_out(response)
    return response


def _end_everywhere(request: HttpRequest) -> None:
    try:
        mutate(request, "account/sessions_end")
    except NotSignedIn:
        # This device's session had ended before; the others may go on, so it must not look done.
        messages.warning(
            request,
            _("This session had ended already. Sign in again, then sign out of all devices."),
        )
        return
    messages.success(request, _("You have signed out of all devices."))
