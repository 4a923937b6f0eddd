"""Nothing of a provider without an adhesion in force is published or sold, through any door."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.api.entities import to_global
from marketplace.providers.listings import listing_publish, listings_withdraw_all
from marketplace.providers.models import Listing
from marketplace.refusals import Refusal, Refusals
from marketplace.sales import extensions
from marketplace.shop import catalogue
from plugins.ethics_charter.gates import sale_gate
from plugins.ethics_charter.models import Adhesion
from plugins.ethics_charter.services import adhesion_withdraw, charter_load
from tests.engine.installed import PUBLISHING, Permission
from tests.ethics_charter import factories as charters
from tests.ethics_charter.conftest import CHARTER
from tests.providers import factories as make
from tests.providers.factories import is_public


@pytest.fixture
def good(charter):
    provider = make.provider()
    charters.signed(provider, charter)
    return provider


@pytest.fixture
def bad(charter):
    provider = make.provider()
    charters.lapsed(provider, charter)
    return provider


def test_each_line_of_a_lapsed_provider_is_named(good, bad):
    lines = [make.bare_listing(one) for one in (bad, good, bad)]
    sale = make.sale(*(make.line(n, listing) for n, listing in enumerate(lines, 1)))
    refusals = list(sale_gate(sale))
    assert [(one.code, one.facts["line"]) for one in refusals] == [
        ("CHARTER_NOT_IN_FORCE", 1),
        ("CHARTER_NOT_IN_FORCE", 3),
    ]
    assert lines[0].product.name in refusals[0].message
    assert sale_gate in extensions.gates


def test_the_sales_own_day_decides(charter, bad):
    yesterday = timezone.localdate() - timedelta(days=1)
    line = make.line(1, make.bare_listing(bad))
    assert not list(sale_gate(make.sale(line, on=yesterday)))
    assert list(sale_gate(make.sale(line)))


@pytest.mark.parametrize("lines", [5, 50])
def test_the_gate_asks_once_however_many_lines(good, lines, django_assert_num_queries):
    listing = make.bare_listing(good)
    sale = make.sale(*(make.line(n + 1, listing) for n in range(lines)))
    with django_assert_num_queries(1):
        assert not list(sale_gate(sale))


def test_a_listing_is_published_after_the_signature_not_before(charter):
    provider = make.provider()
    listing = make.bare_listing(provider)
    manager = charters.manager_of(provider)
    with pytest.raises(Refusals, match="CHARTER_NOT_IN_FORCE"):
        listing_publish(actor=manager, listing_id=listing.pk)
    listing.refresh_from_db()
    assert (listing.status, is_public(listing)) == ("draft", False)
    charters.signed(provider, charter)
    listing_publish(actor=manager, listing_id=listing.pk)
    listing = Listing.objects.select_related("product").get(pk=listing.pk)
    assert (listing.status, is_public(listing)) == ("published", True)


@pytest.mark.parametrize(
    "publish",
    [
        lambda listing: catalogue.products_publish([listing.product_id]),
        lambda listing: Listing.objects.filter(pk=listing.pk).update(status="published"),
        lambda listing: make.bare_listing(listing.provider, status="published"),
    ],
)
def test_database_publishes_nothing_of_a_lapsed_provider(bad, publish):
    listing = make.bare_listing(bad)
    with pytest.raises(IntegrityError, match="ethics charter"), transaction.atomic():
        publish(listing)


def test_what_is_public_already_can_be_edited_and_hidden(good):
    listing = make.bare_listing(good)
    manager = charters.manager_of(good)
    listing_publish(actor=manager, listing_id=listing.pk)
    now = timezone.now()
    Adhesion.objects.update(withdrawn_at=now, withdrawn_from=timezone.localdate())
    catalogue.product_update(listing.product_id, name="Another name")
    listing.refresh_from_db()
    listing.save()
    assert listings_withdraw_all(provider_id=good.pk) == 1


def test_a_withdrawal_empties_the_shop_of_that_provider_alone(charter, good):
    other = make.provider()
    adhesion = charters.signed(other, charter)
    kept, gone = make.bare_listing(good), make.bare_listing(other)
    for one in (kept, gone):
        listing_publish(actor=charters.manager_of(good, other), listing_id=one.pk)
    adhesion_withdraw(actor=charters.operator(), adhesion_id=adhesion.pk, why="False origin")
    states = {
        one.pk: (one.status, is_public(one)) for one in Listing.objects.select_related("product")
    }
    assert states == {kept.pk: ("published", True), gone.pk: ("withdrawn", False)}
    with pytest.raises(Refusal, match="CHARTER_NOT_IN_FORCE"):
        listing_publish(actor=charters.manager_of(other), listing_id=gone.pk)


@pytest.fixture
def staff_doors(committed_db):
    """A staff member who may publish anything, and a product of a lapsed provider."""
    charter, provider = charter_load(CHARTER), make.provider()
    charters.lapsed(provider, charter)
    listing = make.bare_listing(provider)
    # What Saleor itself wants of a product that is published.
    category_id = catalogue.category_ensure(slug="c", name="C")
    catalogue.product_update(listing.product_id, category_id=category_id)
    staff = make.user("staff", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="manage_products"))
    ids = to_global("Product", listing.product_id), to_global("Category", category_id)
    return staff, listing, ids, charter


@pytest.mark.parametrize("door", PUBLISHING)
def test_saleors_own_mutations_are_refused_with_our_code(api, staff_doors, door):
    staff, listing, ids, charter = staff_doors
    mutation, variables = PUBLISHING[door]
    asked = variables(*ids)
    assert api.refused(mutation, asked, user=staff) == ["CHARTER_NOT_IN_FORCE"]
    listing.product.refresh_from_db()
    assert not is_public(listing)
    # The twin: the signature is what was missing.
    charters.signed(listing.provider, charter)
    assert api.refused(mutation, asked, user=staff) == []
    listing.product.refresh_from_db()
    assert is_public(listing)
