"""Language and look: cookies without anybody's data, chosen by plain links."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from storefront.sessions import safe_next

THEME_COOKIE = "aspetto"
# "auto" follows the device.
THEMES = ("auto", "light", "dark")
ONE_YEAR = 31_536_000


class Preferred:
    """``request.theme``: ``light``, ``dark``, or empty where the device decides."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(THEME_COOKIE, "")
        request.theme = chosen if chosen in ("light", "dark") else ""
        return self.get_response(request)


def _remember(request: HttpRequest, name: str, value: str) -> HttpResponse:
    response = HttpResponseRedirect(safe_next(request.GET.get("next"), "/"))
    response.set_cookie(
        name,
        value,
        max_age=ONE_YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def language(request: HttpRequest, language: str) -> HttpResponse:
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return _remember(request, settings.LANGUAGE_COOKIE_NAME, language)


def theme(request: HttpRequest, theme: str) -> HttpResponse:
    if theme not in THEMES:
        raise Http404
    return _remember(request, THEME_COOKIE, theme)
