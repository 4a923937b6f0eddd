"""The ground: Saleor 2.10.1 with our settings starts on a migrated database."""

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_database_has_every_migration():
    call_command("migrate", check_unapplied=True, verbosity=0)


def test_committed_database_is_another(committed_db):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone() == (committed_db,)
