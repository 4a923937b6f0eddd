"""Rows by time, in batches, found by halving their keys."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from marketplace.batches import batches, first_key, in_time, sliced
from marketplace.people.models import Organisation
from marketplace.sales.reconciliation.models import ReconciliationRun

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def runs(*hours: int) -> list[int]:
    """Rows whose ``since`` lies so many hours ahead; their keys."""
    rows = [
        ReconciliationRun(started_by="clock", since=NOW + timedelta(hours=hour), until=NOW)
        for hour in hours
    ]
    return [row.pk for row in ReconciliationRun.objects.bulk_create(rows)]


def test_batches_are_of_one_size_and_hold_every_row():
    keys = runs(*range(7))
    found = [[row.pk for row in batch] for batch in batches(ReconciliationRun.objects, size=3)]
    assert found == [keys[:3], keys[3:6], keys[6:]]


def test_rows_that_are_taken_away_meanwhile_skip_none():
    keys = runs(*range(6))
    seen = []
    for batch in batches(ReconciliationRun.objects.all(), size=2):
        seen += [row.pk for row in batch]
        ReconciliationRun.objects.filter(pk__in=seen).delete()
    assert seen == keys


@pytest.mark.parametrize("gone", [(), (0, 1, 2), (3,), (5, 6), tuple(range(10))])
@pytest.mark.parametrize("hour", [-1, 0, 4, 9, 10])
def test_the_first_key_is_found_with_gaps(hour, gone):
    keys = runs(*range(10))
    ReconciliationRun.objects.filter(pk__in=[keys[n] for n in gone]).delete()
    first = first_key(ReconciliationRun.objects.all(), "since", NOW + timedelta(hours=hour))
    wanted = [key for n, key in enumerate(keys) if n >= hour and n not in gone]
    found = ReconciliationRun.objects.filter(pk__gte=first).order_by("pk")
    assert [row.pk for row in found] == wanted


def test_a_window_is_closed_at_its_start_and_open_at_its_end():
    keys = runs(*range(6))
    since, until = NOW + timedelta(hours=2), NOW + timedelta(hours=4)
    found = in_time(ReconciliationRun.objects.all(), "since", since, until, size=1)
    assert [row.pk for batch in found for row in batch] == keys[2:4]


def test_the_first_key_costs_the_logarithm(django_assert_max_num_queries):
    runs(*range(200))
    with django_assert_max_num_queries(20):
        first_key(ReconciliationRun.objects.all(), "since", NOW + timedelta(hours=77))


def test_an_empty_table_has_no_batches():
    assert list(batches(Organisation.objects.none())) == []
    assert list(in_time(ReconciliationRun.objects.all(), "since", NOW, NOW)) == []


@given(st.lists(st.integers()), st.integers(1, 5))
def test_slices_hold_every_value_once(values, size):
    parts = list(sliced(values, size))
    assert [value for part in parts for value in part] == values
    assert all(len(part) == size for part in parts[:-1])
