"""An order is split once per provider, in one statement, whoever asks how often."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from marketplace.providers.models import ProviderOrder, ProviderOrderLine
from marketplace.providers.orders import provider_orders_create
from tests.at_once import at_once
from tests.providers import factories as make


def split(sale: Any, order_id: str = "42") -> tuple[ProviderOrder, ...]:
    return provider_orders_create(
        order_id=order_id,
        order_number=order_id,
        sale=sale,
        levy=make.levy(sale),
        transfer_id=7,
        order_line_ids={line.number: f"line-{line.number}" for line in sale.lines},
    )


def two_providers_sale() -> Any:
    first, second = make.provider(), make.provider()
    bread, cheese = make.bare_listing(first), make.bare_listing(second)
    return make.sale(
        make.line(1, cheese, 1250, 2), make.line(2, bread, 300), make.line(3, cheese, 99)
    )


@pytest.mark.django_db
def test_each_provider_gets_its_lines_and_its_levy(django_assert_num_queries):
    sale = two_providers_sale()
    with django_assert_num_queries(1):
        first, second = split(sale)
    assert (first.gross_cents, second.gross_cents) == (300, 2599)
    assert (second.levy_provider_cents, second.levy_company_cents, second.levy_cents) == (
        51,
        25,
        76,
    )
    assert (second.levy_policy_id, second.transfer_id, second.status) == (5, 7, "placed")
    assert second.delivery_comune == make.comune()
    assert [(one.number, one.order_line_id, one.quantity) for one in second.lines.all()] == [
        (1, "line-1", 2),
        (3, "line-3", 1),
    ]


@pytest.mark.django_db
def test_a_second_call_returns_the_first_ones_rows(django_assert_num_queries):
    sale = two_providers_sale()
    first = split(sale)
    with django_assert_num_queries(2):
        assert split(sale) == first
    assert ProviderOrder.objects.count() == 2
    assert ProviderOrderLine.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("lines", [5, 50])
def test_statements_do_not_grow_with_lines(lines, django_assert_num_queries):
    providers = [make.provider() for _ in range(5)]
    listings = [make.bare_listing(providers[i % 5]) for i in range(lines)]
    sale = make.sale(*(make.line(i + 1, listing) for i, listing in enumerate(listings)))
    with django_assert_num_queries(1):
        assert len(split(sale)) == 5
    assert ProviderOrderLine.objects.count() == lines


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"refunded_cents": F("gross_cents") + 1},
        {"refunded_cents": -1},
        {"levy_provider_refunded_cents": F("levy_provider_cents") + 1},
        {"levy_company_refunded_cents": -1},
    ],
)
def test_database_refuses_to_give_back_more_than_came(change):
    split(two_providers_sale())
    with pytest.raises(IntegrityError), transaction.atomic():
        ProviderOrder.objects.update(**change)


def _sixteen_at_once(sale: Any) -> list[tuple[int, ...]]:
    return at_once(lambda _n: tuple(part.pk for part in split(sale)), 16)


def test_sixteen_at_once_make_one_split(committed_db):
    answers = _sixteen_at_once(two_providers_sale())
    assert len(set(answers)) == 1
    assert ProviderOrder.objects.count() == 2
    assert ProviderOrderLine.objects.count() == 3


def test_without_the_constraint_sixteen_at_once_make_many(committed_db, monkeypatch):
    """The twin: it is the constraint that makes the test above pass, not luck."""
    sale = two_providers_sale()
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE providers_providerorder DROP CONSTRAINT provider_order_once_per_order"
        )
    from marketplace.providers import orders

    unguarded = orders.INSERT_ONCE.replace("ON CONFLICT (order_id, provider_id) DO NOTHING", "")
    monkeypatch.setattr(orders, "INSERT_ONCE", unguarded)
    _sixteen_at_once(sale)
    parts = Counter(ProviderOrder.objects.values_list("provider_id", flat=True))
    assert set(parts.values()) == {16}
