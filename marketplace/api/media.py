"""Uploaded files. They came from somebody: a browser may show one but run nothing in it."""

from __future__ import annotations

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.views.static import serve


def media(request: HttpRequest, name: str) -> FileResponse:
    """One file; the storefront draws its pictures from these, and browsers never load them."""
    response: FileResponse = serve(request, name, document_root=settings.MEDIA_ROOT)
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
