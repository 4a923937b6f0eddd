"""Every page: each room's own addresses, which are Italian words, and the pages for errors."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from storefront import health, pictures, preferences

urlpatterns = [
    path("", include(f"storefront.{room}.urls"))
    for room in settings.ROOMS
    if find_spec(f"storefront.{room}.urls")
]
urlpatterns += [
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("lingua/<str:language>/", preferences.language, name="language"),
    path("aspetto/<str:theme>/", preferences.theme, name="theme"),
    path("figure/<int:width>/<path:name>", pictures.picture, name="picture"),
]

handler400 = "storefront.errors.bad_request"
handler403 = "storefront.errors.not_allowed"
handler404 = "storefront.errors.not_found"
handler500 = "storefront.errors.broken"
