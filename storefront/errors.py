"""When a page cannot be made: what happened, what to do, the request's number for whoever helps.

An uncaught refusal of the API becomes a page with the API's own sentence. An expired session leads
to the login and back; for HTMX the same, by its own header.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from storefront import sessions
from storefront.api import ApiRefusal, ApiUnavailable, NotSignedIn

STATUS_OF = {"NOT_FOUND": 404, "INVALID_ID": 404, "PERMISSION_DENIED": 403}


class ErrorPages:
    """Turn what the API says into a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotSignedIn):
            return to_sign_in(request)
        if isinstance(error, ApiRefusal):
            return refused(request, error)
        if isinstance(error, ApiUnavailable):
            return unavailable(request)
        return None


def is_htmx(request: HttpRequest) -> bool:
    """Whether HTMX asks for a part of a page."""
    return request.META.get("HTTP_HX_REQUEST") == "true"


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the login page and back to where the person was, with the form that they had sent."""
    query = urlencode({"next": where_they_are(request), "scaduta": int(request.person is not None)})
    login = f"{reverse('account:login')}?{query}"
    response = HttpResponse(status=204) if is_htmx(request) else HttpResponseRedirect(login)
    if is_htmx(request):
        response["HX-Redirect"] = login
    # Before the session's cookie goes: the form is kept for the person whose session it was.
    response.delete_cookie(settings.SESSION_COOKIE_NAME, samesite="Lax")
    sessions.keep(request, response)
    return response


def where_they_are(request: HttpRequest) -> str:
    """The page to come back to: this one, or the one whose form or part this request was."""
    if request.method == "GET" and not is_htmx(request):
        return str(request.get_full_path())
    page = urlsplit(request.META.get("HTTP_HX_CURRENT_URL") or request.META.get("HTTP_REFERER", ""))
    path = f"{page.path}?{page.query}" if page.query else page.path
    return sessions.safe_next(path, "/")


def page(
    request: HttpRequest, status: int, *, title: str, text: str, picture: str = "lost"
) -> HttpResponse:
    """An error page, or only its notice where HTMX asked for a part."""
    template = "pieces/failure.html" if is_htmx(request) else "error.html"
    drawing = f"pieces/drawings/{picture}.svg"
    told = {"title": title, "text": text, "picture_file": drawing, "status": status}
    response = render(request, template, told, status=status)
    response["Cache-Control"] = "no-store"
    if is_htmx(request):
        # At the top of the page, and what the answer was meant for stays as it is.
        response["HX-Retarget"] = "#messages"
        response["HX-Reswap"] = "outerHTML show:window:top"
    return response


def refused(request: HttpRequest, refusal: ApiRefusal) -> HttpResponse:
    """A refusal that no view has caught: the API's sentence."""
    status = STATUS_OF.get(refusal.errors[0].code, 400)
    title = _("We cannot find this page") if status == 404 else _("This cannot be done")
    return page(request, status, title=title, text=refusal.message)


def unavailable(request: HttpRequest) -> HttpResponse:
    response = page(
        request,
        503,
        title=_("The shop is not answering"),
        text=_(
            "Nothing was bought and nothing was lost. Wait a minute, then try again: what is in "
            "your cart stays there."
        ),
        picture="storm",
    )
    response["Retry-After"] = "30"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(
        request,
        400,
        title=_("We do not understand this request"),
        text=_("Go back, and try again from the page's own buttons."),
    )


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the sign that it is ours: an old page, or another site's."""
    return page(
        request,
        403,
        title=_("This page was open for too long"),
        text=_(
            "For your safety the form was not sent. Go back, load the page again and send it once "
            "more. Cookies must be allowed for this site."
        ),
    )


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(
        request, 403, title=_("This page is not for you"), text=_("Sign in with another account.")
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(
        request,
        404,
        title=_("We cannot find this page"),
        text=_("It may have moved, or the address may be mistyped."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    return page(
        request,
        500,
        title=_("Something broke, and it is our fault"),
        text=_("We have noted it. Try again; if it happens once more, tell us the number below."),
        picture="storm",
    )
