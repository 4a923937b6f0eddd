"""Saleor 3's own limit of passwords, by an address that all of the storefront's visitors share."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from saleor.account import throttling
from saleor.graphql.account.mutations.authentication import create_token

SIGN = """mutation($email: String!, $password: String!) {
  tokenCreate(email: $email, password: $password) { token errors { code } } }"""
RIGHT = "a right password"


@pytest.fixture(autouse=True)
def _nothing_counted_before():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def anna(db):
    return get_user_model().objects.create_user("anna@example.com", RIGHT)


def sign(api, email, password):
    given = {"email": email, "password": password}
    found = api.data(SIGN, given)["tokenCreate"]
    return None if found["token"] else found["errors"][0]["code"]


def test_one_persons_mistake_keeps_nobody_else_out(api, anna):
    assert sign(api, "bea@example.com", "wrong") == "INVALID_CREDENTIALS"
    assert sign(api, anna.email, RIGHT) is None


def test_twin_saleors_own_would(api, anna, monkeypatch):
    monkeypatch.setattr(
        create_token, "authenticate_with_throttling", throttling.authenticate_with_throttling
    )
    sign(api, "bea@example.com", "wrong")
    assert sign(api, anna.email, RIGHT) == "LOGIN_ATTEMPT_DELAYED"


def test_a_person_who_may_not_sign_in_is_told_so_after_the_password_alone(api, anna):
    anna.is_active = False
    anna.save(update_fields=["is_active"])
    assert sign(api, anna.email, "wrong") == "INVALID_CREDENTIALS"
    assert sign(api, anna.email, RIGHT) == "INACTIVE"
