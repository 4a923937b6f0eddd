from __future__ import annotations

from django.urls import path

from storefront.account import views
from storefront.account.passwords import forgotten, renew, sent
from storefront.account.profile import choose_home, profile

app_name = "account"
urlpatterns = [
    path("accesso/", views.login, name="login"),
    path("accesso/riprendi/", views.resume, name="resume"),
    path("uscita/", views.logout, name="logout"),
    path("password/", forgotten, name="forgotten"),
    path("password/inviata/", sent, name="sent"),
    path("password/nuova/", renew, name="renew"),
    path("profilo/", profile, name="profile"),
    path("profilo/comune/", choose_home, name="home"),
]
