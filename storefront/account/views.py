from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from storefront import sessions
from storefront.account.forms import LoginForm
from storefront.api import ApiRefusal, mutate
from storefront.sessions import Person, safe_next, signed_in


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    onward = safe_next(request.POST.get("next") or request.GET.get("next"), "/")
    form = LoginForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        response = _sign_in(request, form, onward)
        if response:
            return response
    told = {"form": form, "onward": onward, "was_ended": request.GET.get("scaduta") == "1"}
    return render(request, "account/login.html", told, status=422 if form.errors else 200)


def _sign_in(request: HttpRequest, form: LoginForm, onward: str) -> HttpResponse | None:
    """The way on for whom the API knows; else None, with what it says on the form."""
    request.token = ""
    try:
        found = mutate(request, "account/login", **form.cleaned_data)
    except ApiRefusal as refusal:
        known = refusal.codes & {"LOGIN_TOO_OFTEN"}
        form.add_error(
            None,
            refusal.message
            if known
            else _("E-mail and password do not match. Check them and try again."),
        )
        return None
    user = found["user"]
    person = Person(user["email"], user["firstName"], user["lastName"])
    request.person = person
    waiting = sessions.kept(request)
    response = HttpResponseRedirect("/accesso/riprendi/" if waiting else onward)
    sessions.sign_in(response, found["token"], person)
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
    if request.method == "GET":
        return render(request, "account/logout.html")
    messages.success(request, _("You have signed out."))
    response = HttpResponseRedirect("/")
    sessions.sign_out(response)
    return response


@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    return render(request, "account/profile.html")
