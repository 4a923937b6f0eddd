"""The number of a request: taken where it is well formed, made where it is not, never trusted."""

from __future__ import annotations

import pytest
from django.test import Client

from marketplace.operation import request_ids


def number_for(**headers: str) -> str:
    return Client().get("/health/live", **headers)["X-Request-ID"]


@pytest.mark.parametrize("given", ["abcd-1234", "A" * 64, "2f9d1c1e-6f1b-4d5c-8f6e-0b8d6a5f1c11"])
def test_a_well_formed_number_is_kept(given):
    assert number_for(HTTP_X_REQUEST_ID=given) == given


@pytest.mark.parametrize(
    "given",
    ["", "short", "A" * 65, "two words", "line\nbreak-1", "é" * 9, '{"a": "b"}', "a;b-c-d-e"],
)
def test_another_is_made_instead(given):
    made = number_for(HTTP_X_REQUEST_ID=given)
    assert made != given
    assert request_ids.SOUND.fullmatch(made)


def test_each_request_gets_its_own_and_none_is_left_behind():
    assert number_for() != number_for()
    assert request_ids.current() == ""
