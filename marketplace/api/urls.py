"""``/graphql/`` is ours (Saleor's schema and the rooms' in one); the rest is Saleor's."""

from django.urls import include, path

urlpatterns = [path("", include("saleor.urls"))]
