"""The stamp changes with every committed change of what a window shows, and with the day."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.apps import apps
from django.db import connection, connections, transaction
from django.utils import timezone

from marketplace.people.models import Organisation
from marketplace.providers.listings import listing_publish, listing_update, listing_withdraw
from marketplace.shop import catalogue
from marketplace.window.selectors import stamp
from plugins.ethics_charter.models import Adhesion
from plugins.ethics_charter.services import charter_load
from tests.engine.installed import goods
from tests.ethics_charter import factories as charters
from tests.ethics_charter.conftest import CHARTER
from tests.providers import factories as make
from tests.window.factories import offer


@pytest.fixture
def baker(committed_db):
    provider = make.provider("Forno")
    charters.signed(provider, charter_load(CHARTER))
    return provider


def test_every_change_of_what_is_shown_changes_it(baker):
    listing, actor = offer(baker), charters.manager_of(baker)
    product_id = listing.product_id
    stock = listing.product.variants.get().stocks.all()
    staff = {
        f"{pricing.__name__}, by Saleor's staff": partial(pricing, product_id, cents)
        for cents, pricing in enumerate(goods.PRICINGS, 800)
    }
    changes = {
        "price": lambda: listing_update(
            actor=actor, listing_id=listing.pk, changes={"price_cents": 700}
        ),
        **staff,
        "stock": lambda: stock.update(quantity=1),
        "picture": lambda: catalogue.picture_add(product_id, picture="a.png", alt="A"),
        "withdrawn": lambda: listing_withdraw(actor=actor, listing_id=listing.pk),
        "published": lambda: listing_publish(actor=actor, listing_id=listing.pk),
        "hidden by Saleor's staff": lambda: catalogue.products_unpublish([product_id]),
        "provider's name": lambda: Organisation.objects.filter(pk=baker.pk).update(name="Pane"),
        "charter": lambda: Adhesion.objects.update(
            withdrawn_at=timezone.now(), withdrawn_from=timezone.localdate()
        ),
    }
    before = stamp()
    for what, change in changes.items():
        change()
        after = stamp()
        assert after != before, what
        before = after


def test_nothing_else_changes_it(baker):
    before = stamp()
    make.user()
    stamp()
    with transaction.atomic():
        offer(baker)
        transaction.set_rollback(True)
    assert stamp() == before


def test_it_moves_with_the_commit_not_before(baker):
    """What is read between a change and its commit is the old; its stamp must be the old one."""
    before = stamp()
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("UPDATE people_organisation SET name = 'Pane' WHERE id = %s", [baker.pk])
        assert stamp() == before
        other.commit()
        assert stamp() != before
    finally:
        other.close()


def test_the_later_of_two_commits_is_seen_too(baker):
    """A counter that only looks at the largest number would miss who began first and ends last."""
    first = connections.create_connection("default")
    try:
        first.set_autocommit(False)
        with first.cursor() as cursor:
            cursor.execute("UPDATE people_organisation SET name = 'Pane' WHERE id = %s", [baker.pk])
        make.comune("Bossico")
        between = stamp()
        first.commit()
        assert stamp() != between
    finally:
        first.close()


def test_many_changes_count_once_and_sellers_do_not_wait_for_each_other(baker):
    listings = [offer(baker, f"Pane {n}") for n in range(3)]
    counted = int(stamp().split(".")[1])
    apps.get_model("product", "Product").objects.update(name="Pane nero")
    assert int(stamp().split(".")[1]) == counted + 1
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(
                "UPDATE product_product SET name = 'Pane' WHERE id = %s",
                [listings[0].product_id],
            )
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
            cursor.execute(
                "UPDATE product_product SET name = 'Pane' WHERE id = %s",
                [listings[1].product_id],
            )
    finally:
        other.close()


def test_it_changes_with_the_day(baker, monkeypatch):
    """A charter that lapses at midnight is written by nobody."""
    today = timezone.localdate()
    before = stamp()
    monkeypatch.setattr(timezone, "localdate", lambda: today + timedelta(days=1))
    assert stamp() != before
