from __future__ import annotations

from django.urls import path

from storefront.account import views

app_name = "account"
urlpatterns = [
    path("accesso/", views.login, name="login"),
    path("accesso/riprendi/", views.resume, name="resume"),
    path("uscita/", views.logout, name="logout"),
    path("profilo/", views.profile, name="profile"),
]
