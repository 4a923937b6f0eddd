"""However many start at once, one migrates; the others wait and find nothing to do."""

from __future__ import annotations

import threading

import pytest
from django.core.management import call_command
from django.db import connection, connections

from marketplace.operation.management.commands.migrate_once import alone
from marketplace.people.models import Organisation


@pytest.mark.slow
def test_one_waits_for_the_other(committed_db):
    Organisation.objects.create(kind="company", name="Somebody")
    began, may_end = threading.Event(), threading.Event()
    order: list[str] = []

    def first() -> None:
        with alone():
            order.append("first begins")
            began.set()
            may_end.wait(30)
            order.append("first ends")
        connections.close_all()

    def second() -> None:
        began.wait(30)
        call_command("migrate_once", verbosity=0)
        order.append("second has migrated")
        connections.close_all()

    threads = [threading.Thread(target=one) for one in (first, second)]
    for one in threads:
        one.start()
    began.wait(30)
    # It waits at the lock, in the database.
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            )
            if cursor.fetchone()[0]:
                break
        threading.Event().wait(0.05)
    else:
        pytest.fail("nobody waited")
    may_end.set()
    for one in threads:
        one.join(60)
    assert order == ["first begins", "first ends", "second has migrated"]


def test_the_demo_territory_does_not_come_into_a_database_with_somebody_in_it(db):
    Organisation.objects.create(kind="company", name="Somebody")
    call_command("migrate_once", verbosity=0, demo=True)
    assert Organisation.objects.count() == 1
