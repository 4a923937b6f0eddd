"""Every measurement runs to its end at a tiny scale; how fast anything is, is not asserted."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.bench import capacity, ledger, listings, pages, purchases, statements, table
from tests.bench.stage import Stage

TINY = table.Scale(
    seconds=0.1,
    rounds=1,
    entries=2_000,
    few_entries=400,
    clients=(1, 2),
    posting_clients=(2,),
    takes=1,
    workers=1,
)


@pytest.mark.slow
def test_every_measurement_runs(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        with Stage(TINY, print) as stage:
            rows = [
                row
                for part in (purchases, listings, pages, statements, ledger, capacity)
                for row in part.measure(stage)
            ]
            machine = table.machine(stage.postgres_version(), TINY)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'test_bench_%%'")
            (left,) = cursor.fetchone()
    written = table.markdown(rows)
    assert written.count("\n") == len(rows) + 1
    assert "2.10.1" in machine
    assert all(row.value is not None for row in rows)
    names = " ".join(row.name for row in rows)
    for measured in (
        "purchases, 2 clients",
        "lists of 24",
        "list page, 2 clients",
        "of a purchase",
        "ledger postings",
        "purchases in one request",
        "the shop's list of articles",
    ):
        assert measured in names
    assert left == 0


def test_a_figure_is_held_against_its_aim():
    missed = table.Row("postings", "x", 0.79, aim=table.Aim("at least", 0.8))
    met = table.Row("cost", "x", 1.15, (1.0, 1.2), table.Aim("at most", 1.15))
    assert missed.cells() == ["postings", "x", "**0.79**", "at least 0.8: **missed**"]
    assert met.cells() == ["cost", "x", "**1.15** (1.00 to 1.20)", "at most 1.15: met"]
