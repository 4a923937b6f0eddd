"""The API's addresses, and the pictures that a web server hands out in production."""

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.urls import include, path
from django.views.static import serve


def media(request: HttpRequest, name: str) -> FileResponse:
    """One uploaded file. It came from somebody, so a browser may show it but run nothing in it."""
    response: FileResponse = serve(request, name, document_root=settings.MEDIA_ROOT)
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


urlpatterns = [
    path("media/<path:name>", media),
    path("", include("marketplace.api.urls")),
]
