"""Saleor 2.10.1's ``_entities``, by which anybody could read whose id or address they guessed."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from saleor.account.models import Address, User
from saleor.app.models import App

from marketplace.api.schema import schema
from marketplace.shop.saleor2 import references
from tests.shopping import gid

ASK = """query($of: [_Any]) { _entities(representations: $of) {
  ... on User { email addresses { city } orders(first: 1) { edges { node { number } } } }
  ... on Address { city } ... on App { appName: name } ... on Product { productName: name } } }"""


@pytest.fixture
def anna(db):
    anna = User.objects.create_user("anna@example.com", "a long password")
    anna.addresses.add(Address.objects.create(city="Lovere", country="IT"))
    return anna


@pytest.fixture
def bea(db):
    return User.objects.create_user("bea@example.com", "a long password")


def ways_to(anna):
    """Every way of asking for her: by what she is, and by another type's name."""
    home = anna.addresses.get()
    app = App.objects.create(name="labels", is_active=True)
    return [
        {"__typename": "User", "email": anna.email},
        *[
            {"__typename": kind, "id": found}
            for found in (gid("User", anna.pk), gid("Address", home.pk), gid("App", app.pk))
            for kind in ("User", "Address", "App", "Product")
        ],
    ]


def seen(api, of, **who):
    return [api.data(ASK, {"of": [one]}, **who)["_entities"][0] for one in of]


def test_nobody_sees_anybody(api, anna, bea):
    asked = ways_to(anna)
    assert seen(api, asked) == [None] * len(asked)
    assert seen(api, asked, user=bea) == [None] * len(asked)


def test_twin_saleors_own_shows_all(api, anna, monkeypatch):
    monkeypatch.setattr(references, "_may_see", lambda _context, _found: True)
    assert None not in seen(api, ways_to(anna))


def test_an_address_that_nobody_has_looks_the_same(api, db):
    asked = [{"__typename": "User", "email": "nobody@example.com"}]
    assert seen(api, asked) == [None]


def test_who_they_are_sees_themselves(api, anna):
    by_mail, by_id, *_rest = ways_to(anna)
    assert (
        seen(api, [by_mail, by_id], user=anna)
        == [{"email": anna.email, "addresses": [{"city": "Lovere"}], "orders": {"edges": []}}] * 2
    )
    home = {"__typename": "Address", "id": gid("Address", anna.addresses.get().pk)}
    assert seen(api, [home], user=anna) == [{"city": "Lovere"}]


def test_staff_who_manage_customers_see_customers_and_not_staff(api, anna, bea):
    bea.user_permissions.add(Permission.objects.get(codename="manage_users"))
    boss = User.objects.create_user("boss@example.com", is_staff=True)
    asked = [{"__typename": "User", "id": gid("User", one.pk)} for one in (anna, boss)]
    shown, hidden = seen(api, asked, user=bea)
    assert shown["email"] == anna.email
    assert hidden is None


def test_the_schema_has_it():
    assert "_entities" in schema().get_query_type().fields
