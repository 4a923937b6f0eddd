"""The territory through the API, by nobody in particular."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.api.entities import to_global
from marketplace.territory.models import Comune
from marketplace.territory.services import comuni_load
from tests.territory.test_comuni import CSV

COMUNI = """query($first: Int) { comuni(first: $first) { totalCount
  edges { node { id name cap lat lon ambito { number name } } } } }"""
NEAR = "query($c: ID!, $km: Float!) { comuniNear(comune: $c, km: $km) { km comune { name } } }"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _comuni(db):
    comuni_load(CSV)


def test_anybody_reads_the_comuni(api):
    comuni = api.data(COMUNI, {"first": 100})["comuni"]
    assert comuni["totalCount"] == 42
    assert comuni["edges"][0]["node"]["name"] == "Adrara San Martino"
    assert comuni["edges"][0]["node"]["ambito"] == {"number": 6, "name": "Basso Sebino"}


def test_a_long_list_costs_what_a_short_one_does(api):
    def statements(first: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            api.data(COMUNI, {"first": first})
        return len(captured)

    assert statements(2) == statements(42)


def test_near_is_by_distance(api):
    lovere = to_global("Comune", Comune.objects.get(name="Lovere").pk)
    near = api.data(NEAR, {"c": lovere, "km": 3.0})["comuniNear"]
    assert [n["comune"]["name"] for n in near][:3] == ["Lovere", "Castro", "Pianico"]


@pytest.mark.parametrize(
    ("comune", "km", "code"),
    [
        ("nonsense", 3.0, "INVALID_ID"),
        (to_global("Order", 1), 3.0, "INVALID_ID"),
        (to_global("Comune", 0), 3.0, "NOT_FOUND"),
        (to_global("Comune", 1), 0.0, "INVALID_DISTANCE"),
        (to_global("Comune", 1), 501.0, "INVALID_DISTANCE"),
    ],
)
def test_near_refuses(api, comune, km, code):
    assert api.refused(NEAR, {"c": comune, "km": km}) == [code]
