"""Who is signed in: a signed cookie with the API's token, and no store behind it.

``request.person`` is None or a :class:`Person`; ``request.token`` is what the API is asked with.
The cookie is HttpOnly, SameSite=Lax and, in production, Secure. A cookie that was tampered with or
is too old is nobody's. Whether the token still holds, the API says at the first question: then
:class:`storefront.api.NotSignedIn` sends the person to sign in, and back.

    @signed_in
    def orders(request): ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from storefront.api import NotSignedIn

SALT = "storefront.session"
KEPT_SALT = "storefront.kept"
KEPT_COOKIE = "in_sospeso"
KEPT_SECONDS = 1800
# A browser keeps 4 KB a cookie; a form that is larger is not kept.
KEPT_BYTES = 3500
NEVER_KEPT = ("csrfmiddlewaretoken", "password", "old_password", "new_password", "repeated")


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever is signed in, as the API named them when they signed in."""

    email: str
    first_name: str
    last_name: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @property
    def initials(self) -> str:
        return (self.first_name[:1] + self.last_name[:1]).upper() or self.email[:1].upper()


class Sessions:
    """Set ``request.person`` and ``request.token`` from the cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.person, request.token = read(request)
        return self.get_response(request)


def read(request: HttpRequest) -> tuple[Person | None, str]:
    """Who the cookie names and their token; (None, "") for none, an old or a tampered one."""
    found = _unsigned(
        request.COOKIES.get(settings.SESSION_COOKIE_NAME), SALT, settings.SESSION_SECONDS
    )
    try:
        return Person(**found["person"]), str(found["token"])
    except (KeyError, TypeError):
        return None, ""


def sign_in(response: HttpResponse, token: str, person: Person) -> None:
    """Put the session's cookie on ``response``."""
    value = signing.dumps({"token": token, "person": asdict(person)}, salt=SALT, compress=True)
    _set(response, settings.SESSION_COOKIE_NAME, value, settings.SESSION_SECONDS)


def sign_out(response: HttpResponse) -> None:
    """Take the session's cookie away; what else was kept for the person goes with it."""
    for name in (settings.SESSION_COOKIE_NAME, KEPT_COOKIE):
        response.delete_cookie(name, samesite="Lax")


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view for people who are signed in; others are sent to sign in first, and come back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.person is None:
            raise NotSignedIn
        return view(request, *args, **kwargs)

    return guarded


def safe_next(wanted: Any, otherwise: str) -> str:
    """``wanted`` where it is a path of ours, else ``otherwise``: never another site's address."""
    text = str(wanted or "")
    ours = text.startswith("/") and text.isprintable() and len(text) <= 2000
    if ours and url_has_allowed_host_and_scheme(text, allowed_hosts=None):
        return text
    return otherwise


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that was sent when the session had ended, for the same person to send again."""

    path: str
    email: str
    fields: list[tuple[str, str]]


def keep(request: HttpRequest, response: HttpResponse) -> None:
    """Keep the form of this POST in a signed cookie; passwords and large forms are not kept."""
    person = getattr(request, "person", None)
    if request.method != "POST" or person is None:
        return
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NEVER_KEPT
        for value in values
    ]
    kept = {"path": request.get_full_path(), "email": person.email, "fields": fields}
    value = signing.dumps(kept, salt=KEPT_SALT, compress=True)
    if len(value) <= KEPT_BYTES:
        _set(response, KEPT_COOKIE, value, KEPT_SECONDS)


def kept(request: HttpRequest) -> Kept | None:
    """The form that waits for whoever is signed in; somebody else's is nobody's."""
    found = _unsigned(request.COOKIES.get(KEPT_COOKIE), KEPT_SALT, KEPT_SECONDS)
    person = getattr(request, "person", None)
    if not found or person is None or found.get("email") != person.email:
        return None
    path = safe_next(found.get("path"), "")
    return Kept(path, person.email, [tuple(one) for one in found["fields"]]) if path else None


def forget_kept(response: HttpResponse) -> None:
    response.delete_cookie(KEPT_COOKIE, samesite="Lax")


def _unsigned(value: str | None, salt: str, seconds: int) -> Mapping[str, Any]:
    if not value:
        return {}
    try:
        found = signing.loads(value, salt=salt, max_age=seconds)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _set(response: HttpResponse, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
