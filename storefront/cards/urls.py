from __future__ import annotations

from django.urls import path

from storefront.cards import views

app_name = "cards"
urlpatterns = [
    path("cassa/carta/", views.pay, name="pay"),
    path("carta/<str:id>/", views.payment, name="payment"),
    # Stripe's page leads back to these two.
    path("carta/<str:id>/ritorno/", views.payment, name="back"),
    path("carta/<str:id>/rinuncia/", views.give_up, name="give_up"),
]
