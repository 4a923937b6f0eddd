from __future__ import annotations

from django.urls import path

from storefront.find import articles, lists, providers, suggestions, territory

app_name = "find"
urlpatterns = [
    path("negozio/", lists.listings, name="listings"),
    path("negozio/mappa/", territory.page, name="map"),
    path("negozio/vicino-a-me/", lists.near_me, name="near_me"),
    path("negozio/<slug:slug>/", articles.listing, name="listing"),
    path("fornitori/", providers.providers, name="providers"),
    path("fornitori/<str:id>/", providers.provider, name="provider"),
    path("fornitori/<str:id>/carta/", providers.charter, name="charter"),
    path("suggerisci/", suggestions.suggest, name="suggest"),
]
