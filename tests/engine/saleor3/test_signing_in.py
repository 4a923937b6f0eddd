"""Saleor 3's own limit of passwords, by an address that all of the storefront's visitors share."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from saleor.account import throttling
from saleor.core.tokens import account_confirm_token_generator
from saleor.graphql.account.mutations.account import confirm_account
from saleor.graphql.account.mutations.authentication import create_token
from saleor.site import AccountConfirmMode
from saleor.site.models import SiteSettings

from marketplace.people.attempts import SIGN_IN

SIGN = """mutation($email: String!, $password: String!) {
  tokenCreate(email: $email, password: $password) { token errors { code } } }"""
CONFIRM = """mutation($email: String!, $token: String!, $password: String!) {
  confirmAccount(email: $email, token: $token, password: $password) {
    user { email } errors { code } } }"""
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


def confirm(api, user, password):
    given = {"email": user.email, "token": account_confirm_token_generator.make_token(user)}
    answer = api(CONFIRM, {**given, "password": password})
    if "errors" in answer:
        return answer["errors"][0]["extensions"]["code"]
    found = answer["data"]["confirmAccount"]
    return None if found["user"] else found["errors"][0]["code"]


@pytest.fixture
def two_to_confirm(db):
    SiteSettings.objects.update(account_confirm_merge_mode=AccountConfirmMode.REQUIRE_PASSWORD)
    make = get_user_model().objects.create_user
    return [make(f"{who}@example.com", RIGHT, is_confirmed=False) for who in ("anna", "bea")]


def test_nor_does_it_where_an_account_is_confirmed_by_its_password(api, two_to_confirm):
    anna, bea = two_to_confirm
    assert confirm(api, bea, "wrong") == "INVALID"
    assert confirm(api, anna, RIGHT) is None


def test_which_is_tried_as_seldom_as_when_signing_in(api, two_to_confirm):
    anna, _bea = two_to_confirm
    allowed = SIGN_IN[0].failures
    assert [confirm(api, anna, "wrong") for _ in range(allowed)] == ["INVALID"] * allowed
    assert confirm(api, anna, RIGHT) == "LOGIN_TOO_OFTEN"


def test_twin_saleors_own_would_there_too(api, two_to_confirm, monkeypatch):
    monkeypatch.setattr(
        confirm_account, "authenticate_with_throttling", throttling.authenticate_with_throttling
    )
    anna, bea = two_to_confirm
    confirm(api, bea, "wrong")
    assert confirm(api, anna, RIGHT) == "LOGIN_ATTEMPT_DELAYED"
