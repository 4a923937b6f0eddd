"""What a manager sees of its own listings, and what anybody sees of providers."""

from __future__ import annotations

import pytest

from marketplace.api.entities import to_global
from tests.providers import factories as make
from tests.window.factories import offer

MINE = (
    "query($status: String) { myListings(first: 50, status: $status) { edges { node { name } } } }"
)
PROVIDERS = (
    "{ providers(first: 100) { edges { node { id name charterInForce comune { name } } } } }"
)

pytestmark = pytest.mark.django_db


def test_a_manager_sees_its_own_drafts_and_nobody_elses(api, baker, manager, charter):
    other = make.provider()
    offer(baker, "Pane", publish=False)
    offer(other, "Other", publish=False)
    mine = api.data(MINE, user=manager)["myListings"]["edges"]
    assert [edge["node"]["name"] for edge in mine] == ["Pane"]
    assert api.data(MINE, {"status": "published"}, user=manager)["myListings"]["edges"] == []
    assert api.refused(MINE, {"status": "gone"}, user=manager) == ["UNKNOWN_STATUS"]
    assert api.refused(MINE, user=make.operator()) == ["PERMISSION_DENIED"]
    assert api.refused(MINE) == ["NOT_SIGNED_IN"]


def test_providers_wear_the_seal_while_it_holds(api, baker):
    make.provider("Without")
    nodes = [edge["node"] for edge in api.data(PROVIDERS)["providers"]["edges"]]
    assert [(one["name"], one["charterInForce"]) for one in nodes] == [
        ("Forno di Lovere", True),
        ("Without", False),
    ]
    one = "query($id: ID!) { provider(id: $id) { name } }"
    assert api.data(one, {"id": nodes[0]["id"]})["provider"] == {"name": "Forno di Lovere"}
    assert api.refused(one, {"id": to_global("Provider", 0)}) == ["NOT_FOUND"]
