"""Listings through the API: a provider's own, valid, and never another's."""

from __future__ import annotations

import pytest
from django.apps import apps

from marketplace.api.entities import to_global
from marketplace.people.models import Role
from marketplace.providers.models import Listing
from tests.engine.installed import goods
from tests.providers import factories as make

LISTING = """errors { code field } listing { id name status price { amount currency }
  categoryCode availableQuantity isAvailable isService provenance charterInForce variantId
  productionComune { name } provider { name comune { name } } }"""
CREATE = f"mutation($input: ListingCreateInput!) {{ listingCreate(input: $input) {{ {LISTING} }} }}"
UPDATE = f"""mutation($id: ID!, $input: ListingInput!) {{
  listingUpdate(id: $id, input: $input) {{ {LISTING} }} }}"""
PUBLISH = f"mutation($id: ID!) {{ listingPublish(id: $id) {{ {LISTING} }} }}"
WITHDRAW = f"mutation($id: ID!) {{ listingWithdraw(id: $id) {{ {LISTING} }} }}"
STOCK = f"""mutation($id: ID!, $quantity: Int) {{
  listingStockSet(id: $id, quantity: $quantity) {{ {LISTING} }} }}"""
ONE = "query($id: ID!) { listing(id: $id) { name status price { amount } } }"

BREAD = {
    "name": "Pane di segale",
    "description": "Un chilo.\nCotto a legna.",
    "price": "6.50",
    "category": "f",
    "provenance": "Segale di Riva di Solto",
    "productionMethod": "Lievito madre, forno a legna",
    "stock": 12,
}

pytestmark = pytest.mark.django_db


def created(api, manager, **changes):
    given = {k: v for k, v in (BREAD | changes).items() if v is not None}
    answer = api.data(CREATE, {"input": given}, user=manager)["listingCreate"]
    assert answer["errors"] == []
    return answer["listing"]


def test_a_draft_becomes_a_product_that_nobody_sees(api, manager):
    place = to_global("Comune", make.comune("Riva di Solto", 45.77, 10.04).pk)
    listing = created(api, manager, productionComune=place)
    assert listing["status"] == "draft"
    assert listing["price"] == {"amount": 6.5, "currency": "EUR"}
    assert (listing["availableQuantity"], listing["isAvailable"]) == (12, False)
    assert listing["productionComune"] == {"name": "Riva di Solto"}
    assert listing["provider"] == {"name": "Forno di Lovere", "comune": {"name": "Lovere"}}
    assert api.refused(ONE, {"id": listing["id"]}) == ["NOT_FOUND"]
    assert api.data(ONE, {"id": listing["id"]}, user=manager)["listing"]["status"] == "draft"
    made = Listing.objects.get()
    assert not make.is_public(made)
    assert goods.paragraphs(made.product_id) == ["Un chilo.", "Cotto a legna."]
    warehouse = apps.get_model("warehouse", "Warehouse").objects.get(
        slug=f"provider-{made.provider_id}"
    )
    assert [str(one.code) for one in warehouse.shipping_zones.get().countries] == ["IT"]


def test_published_withdrawn_and_published_again(api, manager):
    listing = {"id": created(api, manager)["id"]}
    for mutation, name, status, seen in (
        (PUBLISH, "listingPublish", "published", True),
        (PUBLISH, "listingPublish", "published", True),
        (WITHDRAW, "listingWithdraw", "withdrawn", False),
        (PUBLISH, "listingPublish", "published", True),
    ):
        answer = api.data(mutation, listing, user=manager)[name]["listing"]
        assert (answer["status"], answer["isAvailable"]) == (status, seen)
        assert (api.refused(ONE, listing) == []) is seen


@pytest.mark.parametrize("unpriced", goods.UNPRICINGS, ids=lambda way: way.__name__)
def test_what_staff_took_out_of_the_shop_is_published_once_it_has_a_price_again(
    api, manager, unpriced
):
    listing = {"id": created(api, manager)["id"]}
    unpriced(Listing.objects.get().product_id)
    assert api.refused(PUBLISH, listing, user=manager) == ["PRICE_GONE"]
    assert Listing.objects.get().status == "draft"
    assert api.refused(ONE, listing) == ["NOT_FOUND"]
    answer = api.data(UPDATE, {**listing, "input": {"price": "7.00"}}, user=manager)
    assert answer["listingUpdate"]["listing"]["price"]["amount"] == 7.0
    assert api.refused(ONE, listing) == ["NOT_FOUND"]
    answer = api.data(PUBLISH, listing, user=manager)["listingPublish"]
    assert (answer["listing"]["status"], answer["listing"]["isAvailable"]) == ("published", True)
    assert api.data(ONE, listing)["listing"]["price"]["amount"] == 7.0


def test_facts_change_and_what_is_left_out_stays(api, manager):
    listing = created(api, manager)
    changes = {"name": "  Pane nero ", "price": "7.00", "category": "c3", "provenance": None}
    answer = api.data(UPDATE, {"id": listing["id"], "input": changes}, user=manager)
    changed = answer["listingUpdate"]["listing"]
    assert (changed["name"], changed["price"]["amount"]) == ("Pane nero", 7.0)
    assert (changed["categoryCode"], changed["provenance"]) == ("c3", BREAD["provenance"])
    product = Listing.objects.get().product
    assert goods.listed_cents(product.pk) == 700
    assert product.category.slug == "welfare-c3"


def test_two_listings_of_a_provider_share_its_warehouse_and_the_zone(api, manager):
    def counted():
        made = ("warehouse.Warehouse", "shipping.ShippingZone", "product.ProductType")
        return [apps.get_model(label).objects.count() for label in made]

    created(api, manager)
    with_one = counted()
    created(api, manager)
    assert counted() == with_one


def test_stock_is_set_and_a_service_may_go_uncounted(api, manager):
    goods, service = (
        created(api, manager)["id"],
        created(api, manager, isService=True, stock=None, provenance=None, productionMethod=None),
    )
    assert service["availableQuantity"] is None
    answer = api.data(STOCK, {"id": goods, "quantity": 0}, user=manager)["listingStockSet"]
    assert answer["listing"]["availableQuantity"] == 0
    for quantity in (-1, 1_000_000, None):
        asked = {"id": goods, "quantity": quantity}
        assert api.refused(STOCK, asked, user=manager) == ["INVALID_STOCK"]
    asked = {"id": service["id"], "quantity": 3}
    answer = api.data(STOCK, asked, user=manager)["listingStockSet"]
    assert answer["listing"]["availableQuantity"] == 3


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "  "}, "INVALID_NAME"),
        ({"name": "x" * 201}, "INVALID_NAME"),
        ({"price": "0"}, "INVALID_PRICE"),
        ({"price": "-1"}, "INVALID_PRICE"),
        ({"price": "100000.01"}, "INVALID_PRICE"),
        ({"price": "1.005"}, "INVALID_AMOUNT"),
        ({"category": "zz"}, "UNKNOWN_CATEGORY"),
        ({"provenance": " "}, "PROVENANCE_REQUIRED"),
        ({"productionMethod": ""}, "PROVENANCE_REQUIRED"),
        ({"vatVoucherKind": "other"}, "INVALID_VAT_KIND"),
        ({"productionComune": to_global("Comune", 0)}, "UNKNOWN_COMUNE"),
        ({"productionComune": "nonsense"}, "INVALID_ID"),
    ],
)
def test_facts_that_cannot_stand_are_refused_and_nothing_changes(api, manager, changes, code):
    assert api.refused(CREATE, {"input": BREAD | changes}, user=manager) == [code]
    assert not apps.get_model("product", "Product").objects.exists()
    listing = created(api, manager)["id"]
    before = Listing.objects.values().get()
    asked = {"id": listing, "input": changes}
    assert api.refused(UPDATE, asked, user=manager) == [code]
    assert Listing.objects.values().get() == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"stock": None}, "INVALID_STOCK"),
        ({"stock": -1}, "INVALID_STOCK"),
        ({"isService": True, "needsDelivery": True}, "SERVICE_IS_NOT_DELIVERED"),
        ({"isService": True, "needsPacking": True}, "SERVICE_IS_NOT_DELIVERED"),
    ],
)
def test_a_new_listing_is_refused_too_where(api, manager, changes, code):
    assert api.refused(CREATE, {"input": BREAD | changes}, user=manager) == [code]
    assert not apps.get_model("product", "Product").objects.exists()


def test_another_providers_listing_looks_like_one_that_is_not_there(api, manager):
    listing = created(api, manager)["id"]
    outsider = make.member(make.provider().pk)
    before = Listing.objects.values().get()
    for gid in (listing, to_global("Listing", 0)):
        for mutation, more in (
            (UPDATE, {"input": {"name": "Mine now"}}),
            (PUBLISH, {}),
            (WITHDRAW, {}),
            (STOCK, {"quantity": 0}),
        ):
            assert api.refused(mutation, {"id": gid, **more}, user=outsider) == ["NOT_FOUND"]
    assert Listing.objects.values().get() == before


def test_nobody_else_writes_listings(api, manager, baker):
    listing = created(api, manager)["id"]
    employee = make.member(baker.pk, Role.EMPLOYEE)
    for who, code in (
        (None, "NOT_SIGNED_IN"),
        (make.user(), "PERMISSION_DENIED"),
        (employee, "PERMISSION_DENIED"),
        (make.operator(), "PERMISSION_DENIED"),
    ):
        assert api.refused(CREATE, {"input": BREAD}, user=who) == [code]
        assert api.refused(PUBLISH, {"id": listing}, user=who) == [code]


def test_who_manages_two_providers_says_for_which(api, manager, baker):
    second = make.provider()
    make.member(second.pk, person=manager)
    assert api.refused(CREATE, {"input": BREAD}, user=manager) == ["PROVIDER_REQUIRED"]
    gid = to_global("Provider", second.pk)
    assert created(api, manager, provider=gid)["provider"]["name"] == second.organisation.name
    foreign = BREAD | {"provider": to_global("Provider", make.provider().pk)}
    assert api.refused(CREATE, {"input": foreign}, user=manager) == ["NOT_FOUND"]


def test_without_a_signature_nothing_is_published(api, charter):
    provider = make.provider()
    manager = make.member(provider.pk)
    listing = created(api, manager)
    assert listing["charterInForce"] is False
    asked = {"id": listing["id"]}
    assert api.refused(PUBLISH, asked, user=manager) == ["CHARTER_NOT_IN_FORCE"]
    assert Listing.objects.get().status == "draft"
