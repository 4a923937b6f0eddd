"""The page of pieces, for whoever builds pages; the embedded edition alone has it."""

from __future__ import annotations

from django.conf import settings
from django.urls import path

from storefront.design import views

app_name = "design"
urlpatterns = [path("stile/", views.style, name="style")] if settings.EMBEDDED else []
