from __future__ import annotations

from django.urls import path

from storefront.after import expiry, orders, solidarity, vouchers, wallet

app_name = "after"
urlpatterns = [
    path("ordini/", orders.orders, name="orders"),
    path("ordini/<str:number>/", orders.order, name="order"),
    path("ordini/<str:number>/annulla/", orders.cancel, name="cancel"),
    path("buoni/", vouchers.vouchers, name="vouchers"),
    path("buoni/<int:pk>/", vouchers.voucher, name="voucher"),
    path("buoni/<int:pk>/buono.pdf", vouchers.paper, name="voucher_paper"),
    path("borsellino/", wallet.movements, name="wallet"),
    path("borsellino/movimenti.csv", wallet.table, name="movements_table"),
    path("borsellino/scadenze/", expiry.calendar, name="expiry"),
    path("borsellino/scadenze.ics", expiry.dates, name="expiry_dates"),
    path("solidarieta/", solidarity.solidarity, name="solidarity"),
]
