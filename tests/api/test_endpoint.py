"""The endpoint: limits, authentication, errors with a code and without a stack trace."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.engine.installed import old_token_of

pytestmark = pytest.mark.django_db

ME = "{ me { email } myMemberships { role } }"


@pytest.fixture
def user():
    return get_user_model().objects.create_user("anna@example.com", "password")


def test_a_token_signs_in(api, user):
    assert api.data(ME, user=user)["me"] == {"email": "anna@example.com"}


def test_nobody_is_told_to_sign_in(api):
    assert api.refused("{ myMemberships { role } }") == ["NOT_SIGNED_IN"]


@pytest.mark.parametrize(
    ("token", "code"),
    [("nonsense", "INVALID_TOKEN"), ("a.b.c", "INVALID_TOKEN"), ("", "INVALID_TOKEN")],
)
def test_a_token_that_does_not_hold_is_refused(api, token, code):
    assert api.refused(ME, token=token) == [code]


def test_an_expired_token_is_refused_but_another_can_be_asked_for(api, user):
    old = old_token_of(user)
    assert api.refused(ME, token=old) == ["TOKEN_EXPIRED"]
    create = 'mutation { tokenCreate(email: "anna@example.com", password: "password") { token } }'
    assert api.data(create, token=old)["tokenCreate"]["token"]


def test_a_token_signed_with_another_algorithm_is_refused(api, user):
    import jwt

    forged = jwt.encode({"email": user.email, "exp": 9999999999}, None, algorithm="none")
    assert api.refused(ME, token=forged) == ["INVALID_TOKEN"]


def test_a_query_of_ten_megabytes_is_refused_unread(api):
    assert api.refused("{ me { email } }" + " " * 10_000_000) == ["REQUEST_TOO_LARGE"]
    assert api.status == 413


@pytest.mark.parametrize("depth", [50, 5_000])
def test_a_query_nested_deep_is_refused(api, depth):
    query = "{ a" * depth + " }" * depth
    assert api.refused(query) == ["QUERY_TOO_DEEP"]


def test_depth_counts_through_fragments(api):
    fragments = " ".join(f"fragment f{i} on User {{ a {{ ...f{i + 1} }} }}" for i in range(30))
    assert api.refused("{ me { ...f0 } } " + fragments) == ["QUERY_TOO_DEEP"]


@pytest.mark.parametrize("query", ["{", "{ nothingLikeThis }", "", "mutation { me }"])
def test_what_is_not_a_query_of_ours_is_refused(api, query):
    assert set(api.refused(query)) == {"INVALID_QUERY"}


@pytest.mark.parametrize("body", [b"[1]", b"7", b'"x"', b"not json", b"[" + b"{}," * 20 + b"{}]"])
def test_a_body_that_is_no_request_is_refused(body):
    response = Client().post("/graphql/", body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "INVALID_REQUEST"


def test_an_error_of_ours_shows_no_trace(api, user, monkeypatch):
    def broken(*_args):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("marketplace.api.access.check", broken)
    answer = json.dumps(api("{ myMemberships { role } }", user=user))
    assert "INTERNAL_ERROR" in answer
    assert "secret detail" not in answer
    assert "Traceback" not in answer
