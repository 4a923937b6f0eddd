"""Signing out everywhere, and what a new password does to open sessions."""

from __future__ import annotations

import jwt
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator

from marketplace.people.sessions import issued_at, sessions_end
from tests.engine.installed import EXCHANGED, exchange_token_of, token_of

END = "mutation { sessionsEnd { errors { code } } }"
ME = "{ me { email } }"
REFRESH = f"mutation ($token: String!) {{ tokenRefresh({EXCHANGED}: $token) {{ token }} }}"
SET = """mutation ($email: String!, $token: String!, $password: String!) {
  setPassword(email: $email, token: $token, password: $password) {
    token accountErrors { code }
  }
}"""
CHANGE = """mutation ($old: String!, $new: String!) {
  passwordChange(oldPassword: $old, newPassword: $new) { accountErrors { code } }
}"""


@pytest.fixture
def anna(db):
    return get_user_model().objects.create_user("anna@example.com", "a password", is_active=True)


def holds(api, token):
    answer = api(ME, token=token)
    codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
    assert codes in ([], ["TOKEN_EXPIRED"])
    return not codes


def test_every_token_until_then_is_refused_and_a_new_one_holds(api, anna):
    phone, desk = token_of(anna), token_of(anna)
    assert holds(api, phone)
    assert api.data(END, token=desk) == {"sessionsEnd": {"errors": []}}
    assert not holds(api, phone)
    assert not holds(api, desk)
    assert holds(api, token_of(anna))


def test_others_stay_signed_in(api, anna):
    other = get_user_model().objects.create_user("bea@example.com", "a password", is_active=True)
    token = token_of(other)
    api.data(END, token=token_of(anna))
    assert holds(api, token)


def test_an_ended_token_cannot_be_exchanged_for_a_new_one(api, anna):
    token = exchange_token_of(anna)
    assert api.data(REFRESH, {"token": token})["tokenRefresh"]["token"]
    api.data(END, token=token_of(anna))
    assert api.refused(REFRESH, {"token": token}) == ["TOKEN_EXPIRED"]


def test_a_new_password_by_letter_ends_what_was_open(api, anna):
    before = token_of(anna)
    given = {"email": anna.email, "token": default_token_generator.make_token(anna)}
    new = api.data(SET, {**given, "password": "another password"})["setPassword"]["token"]
    assert not holds(api, before)
    assert holds(api, new)


def test_a_password_that_is_changed_ends_what_was_open(api, anna):
    before = token_of(anna)
    api.data(CHANGE, {"old": "a password", "new": "another password"}, token=before)
    assert not holds(api, before)


def test_other_changes_of_an_account_end_nothing(api, anna):
    token = token_of(anna)
    anna.first_name = "Anna"
    anna.save(update_fields=["first_name"])
    anna.save()
    assert holds(api, token)


def test_a_token_that_does_not_say_when_is_old(anna):
    assert issued_at(jwt.encode({"email": "x"}, "k" * 32)).year == 1970


def test_a_token_in_whole_seconds_holds_right_after(api, anna):
    """Another engine says seconds; who signs in again at once must get in."""
    moment = sessions_end(user_id=anna.pk)
    second = jwt.encode({"iat": int(moment.timestamp())}, "k" * 32)
    assert issued_at(second) > moment
