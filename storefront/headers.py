"""What a browser may do with our pages: load from us, send to us, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# A room whose form leads elsewhere (a bank, a card's issuer) says so: see `also_send_forms_to`.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'{forms}; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
ONE_YEAR = 31_536_000


def also_send_forms_to(response: HttpResponse, origin: str) -> None:
    """Let this page's forms end at ``origin`` too, after a redirect (``https://pay.example``)."""
    response.welfare_forms = f" {origin}"


class SafetyHeaders:
    """Strict headers on every answer; what is about a person is kept by nobody's cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = POLICY.format(forms=getattr(response, "welfare_forms", ""))
        response.setdefault("Content-Security-Policy", policy)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        if not settings.EMBEDDED:
            response.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR}")
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = (
                "private, no-store" if getattr(request, "person", None) else "private, no-cache"
            )
        return response
