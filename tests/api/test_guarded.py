"""What others refer to, asked away by Saleor's own mutations: a code, and nothing is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps

from marketplace.providers.models import Listing, ProviderOrder
from tests.engine.installed import shop_staff
from tests.shopping import PURCHASE, gid, purchase_input

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(api, town):
    """The town, once somebody has bought a jar of honey there."""
    wanted = purchase_input("a-jar-of-honey", (town.honey, 1))
    assert api.data(PURCHASE, wanted, user=town.employee)["purchaseCreate"]["errors"] == []
    return town


def asked(mutation: str, gids: list[str]) -> str:
    """A mutation that deletes one thing, or several."""
    one, several = f'id: "{gids[0]}"', "ids: [" + ", ".join(f'"{one}"' for one in gids) + "]"
    given = several if "Bulk" in mutation else one
    return f"mutation {{ {mutation}({given}) {{ __typename }} }}"


def product(town: Any) -> str:
    return gid("Product", town.honey.product_id)


def kind_of_product(town: Any) -> str:
    return gid("ProductType", town.honey.product.product_type_id)


def buyer(town: Any) -> str:
    return gid("User", town.employee.pk)


def rows() -> list[int]:
    of = ("product.Product", "product.ProductVariant", "account.User", "order.Order")
    models = [apps.get_model(label) for label in of]
    return [model.objects.count() for model in (*models, Listing, ProviderOrder)]


GUARDED: tuple[tuple[str, Callable[[Any], str]], ...] = (
    ("productDelete", product),
    ("productBulkDelete", product),
    ("productTypeDelete", kind_of_product),
    ("productTypeBulkDelete", kind_of_product),
    ("customerDelete", buyer),
    ("customerBulkDelete", buyer),
)


@pytest.mark.parametrize(("mutation", "thing"), GUARDED, ids=[one for one, _thing in GUARDED])
def test_what_others_refer_to_stays_and_says_so(api, sold, mutation, thing):
    staff = shop_staff(
        "staff@example.com",
        "manage_products",
        "manage_product_types_and_attributes",
        "manage_users",
    )
    before = rows()
    answer = api(asked(mutation, [thing(sold)]), user=staff)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["STILL_IN_USE"]
    assert "Unpublish" in answer["errors"][0]["message"]
    assert rows() == before
