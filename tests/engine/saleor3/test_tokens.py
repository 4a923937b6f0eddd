"""Saleor 3's second kind of token, which fetches the first: signing out everywhere ends both."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from saleor.account.models import User
from saleor.app.models import App
from saleor.core.jwt import create_access_token_for_app

from marketplace.people.models import SessionsEnd

SIGN_IN = """mutation { tokenCreate(email: "anna@example.com", password: "a long password") {
  token refreshToken } }"""
REFRESH = "mutation($token: String) { tokenRefresh(refreshToken: $token) { token } }"
ME = "{ me { email } }"


@pytest.fixture
def anna(db):
    return User.objects.create_user("anna@example.com", "a long password")


@pytest.fixture
def tokens(api, anna):
    return api.data(SIGN_IN)["tokenCreate"]


def end_sessions(user) -> None:
    """As if everything so far were older than the second in which both may lie."""
    SessionsEnd.objects.create(user_id=user.pk, at=timezone.now() + timedelta(seconds=2))


def test_it_fetches_the_first_and_signs_nobody_in(api, tokens):
    fetched = api.data(REFRESH, {"token": tokens["refreshToken"]})["tokenRefresh"]["token"]
    assert api.data(ME, token=fetched)["me"]
    assert api.refused(ME, token=tokens["refreshToken"]) == ["INVALID_TOKEN"]


def test_signing_out_everywhere_ends_both(api, anna, tokens):
    end_sessions(anna)
    assert api.refused(ME, token=tokens["token"]) == ["TOKEN_EXPIRED"]
    assert api.refused(REFRESH, {"token": tokens["refreshToken"]}) == ["TOKEN_EXPIRED"]


def test_so_it_does_where_it_comes_as_a_cookie(api, anna, tokens):
    end_sessions(anna)
    api.client.cookies["refreshToken"] = tokens["refreshToken"]
    assert api.refused(REFRESH) == ["TOKEN_EXPIRED"]


def test_an_app_in_somebodys_name_has_none_of_their_roles(api, anna):
    """Saleor lends it the permissions that both have; roles are no permissions of Saleor's."""
    app = App.objects.create(name="labels", is_active=True)
    token = create_access_token_for_app(app, anna)
    assert api.data(ME, token=token)["me"]
    assert api.refused("{ myMemberships { role } }", token=token) == ["NOT_SIGNED_IN"]
    assert api.refused("mutation { sessionsEnd { errors { code } } }", token=token)
