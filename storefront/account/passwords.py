"""A new password by letter. What is said is the same whether there is such an account or not."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from storefront.account.forms import EmailForm, NewPasswordForm
from storefront.account.views import TOO_OFTEN, enter
from storefront.api import ApiRefusal, mutate


@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a letter with a link to choose a new password."""
    form = EmailForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _ask(request, form):
        return HttpResponseRedirect(reverse("account:sent"))
    status = 422 if form.errors else 200
    return render(request, "account/forgotten.html", {"form": form}, status=status)


def _ask(request: HttpRequest, form: EmailForm) -> bool:
    back = request.build_absolute_uri(reverse("account:renew"))
    request.token = ""
    try:
        mutate(request, "account/ask_for_letter", email=form.cleaned_data["email"], back=back)
    except ApiRefusal as refusal:
        # Whatever else the API says would tell whether the account is there.
        if TOO_OFTEN in refusal.codes:
            form.add_error(None, refusal.message)
            return False
    return True


def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "account/sent.html")


@sensitive_post_parameters("password", "repeated", "token")
@require_http_methods(["GET", "POST"])
def renew(request: HttpRequest) -> HttpResponse:
    """Where the letter's link leads: choose a new password, and be signed in."""
    given = {name: request.GET.get(name, "") for name in ("email", "token")}
    form = NewPasswordForm(request.POST if request.method == "POST" else None, initial=given)
    if form.is_bound and form.is_valid():
        response = _renew(request, form)
        if response:
            return response
    is_whole = form.is_bound or all(given.values())
    status = 422 if form.errors else 200
    told = {"form": form, "is_whole": is_whole}
    return render(request, "account/renew.html", told, status=status)


def _renew(request: HttpRequest, form: NewPasswordForm) -> HttpResponse | None:
    request.token = ""
    given = {name: form.cleaned_data[name] for name in ("email", "token", "password")}
    try:
        found = mutate(request, "account/set_password", **given)
    except ApiRefusal as refusal:
        for one in refusal.errors:
            if one.field == "password":
                form.add_error("password", one.message)
        if not form.errors:
            form.add_error(
                None,
                _("This link has been used already or is too old. Ask for a new letter."),
            )
        return None
    messages.success(
        request, _("Your new password is set. On other devices you have been signed out.")
    )
    return enter(request, found, "/")
