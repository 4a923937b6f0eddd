from __future__ import annotations

from django.urls import path

from storefront.buy import carts, checkout, receipts

app_name = "buy"
urlpatterns = [
    path("carrello/", carts.cart, name="cart"),
    path("carrello/metti/", carts.add, name="add"),
    path("carrello/cambia/", carts.change, name="change"),
    path("carrello/togli/", carts.remove, name="remove"),
    path("carrello/rimetti/", carts.restore, name="restore"),
    path("cassa/", checkout.delivery, name="checkout"),
    path("cassa/conferma/", checkout.review, name="review"),
    path("cassa/paga/", checkout.pay, name="pay"),
    path("ricevuta/<str:number>/", receipts.receipt, name="receipt"),
]
