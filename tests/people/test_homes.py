"""Where somebody lives: their own choice first, then what their employment or company says."""

from __future__ import annotations

import pytest

from marketplace.api.entities import to_global
from tests.companies import factories as companies
from tests.providers import factories as providers

MINE = "{ myHome { isChosen comune { name } } }"
SET = """mutation ($comune: ID) {
  homeSet(comune: $comune) { home { isChosen comune { name } } errors { code field } }
}"""


@pytest.fixture
def places(db):
    return [providers.comune(name) for name in ("Lovere", "Sovere", "Clusone")]


def home(api, user):
    found = api.data(MINE, user=user)["myHome"]
    return found and (found["comune"]["name"], found["isChosen"])


def test_the_company_then_the_employment_then_ones_own_choice(api, places):
    lovere, sovere, clusone = places
    company = companies.company()
    employment = companies.employment(company)
    assert home(api, employment.user) is None
    company.comune = lovere
    company.save()
    assert home(api, employment.user) == ("Lovere", False)
    employment.comune = sovere
    employment.save()
    assert home(api, employment.user) == ("Sovere", False)
    chosen = api.data(SET, {"comune": to_global("Comune", clusone.pk)}, user=employment.user)
    assert chosen["homeSet"]["home"] == {"isChosen": True, "comune": {"name": "Clusone"}}
    assert home(api, employment.user) == ("Clusone", True)
    api.data(SET, user=employment.user)
    assert home(api, employment.user) == ("Sovere", False)


def test_a_choice_is_ones_own(api, places):
    one, other = companies.user(), companies.user()
    api.data(SET, {"comune": to_global("Comune", places[0].pk)}, user=one)
    assert home(api, other) is None


def test_a_comune_that_is_not_there(api, db):
    user = companies.user()
    assert api.refused(SET, {"comune": to_global("Comune", 10**9)}, user=user) == ["NOT_FOUND"]
    assert home(api, user) is None
