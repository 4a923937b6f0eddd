"""A territory moved between the two Saleors, there and back; each has its own interpreter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from saleor.payment.models import Payment, TransactionEvent, TransactionItem
from saleor.product.models import Product

from marketplace.operation.moving.archive import unpacking
from marketplace.operation.moving.taking import territory_import
from marketplace.sales.models import Settlement
from marketplace.shop.books import order_books
from tests.moving import places
from tests.moving.other import Seen, ask, take, tell

pytestmark = pytest.mark.slow


def as_told(seen: Seen) -> Seen:
    """As another process tells it."""
    return Seen(**json.loads(json.dumps(vars(seen), default=str)))


def engine_of(file: Path) -> Any:
    with unpacking(file) as packed:
        return packed.manifest.engine


@contextmanager
def paid_by_an_item(folder: Path) -> Iterator[Settlement]:
    """A place with an order that was paid through the Transactions API, and refunded in part."""
    with places.demo_place(folder):
        settlement = Settlement.objects.exclude(order_id=None).latest("pk")
        paid = Payment.objects.get(order_id=settlement.order_id)
        item = TransactionItem.objects.create(
            order_id=settlement.order_id,
            currency="EUR",
            app_identifier=paid.gateway,
            charged_value=paid.captured_amount - 1,
            refunded_value=1,
        )
        for kind, amount in (("charge_success", paid.captured_amount), ("refund_success", 1)):
            TransactionEvent.objects.create(
                transaction=item,
                type=kind,
                amount_value=amount,
                currency="EUR",
                psp_reference=settlement.token,
                include_in_calculations=True,
                created_at=timezone.now(),
            )
        paid.transactions.all().delete()
        paid.delete()
        yield settlement


def test_what_the_transactions_api_has_charged_is_a_payment_afterwards(
    django_db_setup, django_db_blocker, tmp_path
):
    file = tmp_path / "out.zip"
    with django_db_blocker.unblock():
        with paid_by_an_item(tmp_path / "from") as settlement:
            rows = places.exported(file)
        assert all("payment_transaction" not in member for member in rows)
        with (
            places.empty_place("moved_item") as database,
            places.at(database, tmp_path / "to"),
        ):
            territory_import(file, advance=places.quietly)
            order = str(settlement.order_id)
            paid = Payment.objects.get(order_id=order)
            assert (
                order_books([order], paid.gateway)[order].captured_cents
                == settlement.gross_cents - 100
            )
            kinds = paid.transactions.order_by("pk").values_list("kind", "token")
            assert list(kinds) == [("capture", settlement.token), ("refund", settlement.token)]
            assert TransactionItem.objects.count() == 0
            # Saleor's clock looks for what is marked; ours for people and orders without words.
            assert not Product.objects.filter(search_index_dirty=False).exists()


def test_from_the_embedded_edition_to_production_and_back(
    django_db_setup, django_db_blocker, tmp_path
):
    first, second, third = (tmp_path / f"{n}.zip" for n in (1, 2, 3))
    (embedded,) = ask("tell", first, "bought-on-2")
    with django_db_blocker.unblock():
        arrived, production = map(
            as_told,
            take(first, second, "bought-on-3", old_key="bought-on-2", cart=embedded.cart),
        )
    assert [engine_of(first), engine_of(second)] == ["saleor2", "saleor3"]
    assert arrived == embedded
    back, _after = ask("take", second, third, "bought-on-2-again", "bought-on-3", production.cart)
    assert back == production


def test_from_production_to_the_embedded_edition_and_back(
    django_db_setup, django_db_blocker, tmp_path
):
    first, second, third = (tmp_path / f"{n}.zip" for n in (1, 2, 3))
    with django_db_blocker.unblock():
        production = as_told(tell(first, "bought-on-3"))
    arrived, embedded = ask("take", first, second, "bought-on-2", "bought-on-3", production.cart)
    assert arrived == production
    with django_db_blocker.unblock():
        back, _after = map(
            as_told,
            take(second, third, "bought-on-3-again", old_key="bought-on-2", cart=embedded.cart),
        )
    assert as_told(back) == embedded
