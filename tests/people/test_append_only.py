"""The log of who read what stays as it was written."""

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, transaction

from marketplace.people.actor import Actor
from marketplace.people.encryption import cipher, read_sensitive
from marketplace.people.models import SensitiveRead
from plugins.sfa_logistics.models import Trainee

pytestmark = pytest.mark.django_db


@pytest.fixture
def read():
    reader = get_user_model().objects.create_user("reader@example.com")
    trainee = Trainee(pk=7, notes="needs quiet")
    assert read_sensitive(trainee, "notes", actor=Actor(reader.pk), why="a test") == "needs quiet"
    return SensitiveRead.objects.get()


def test_reading_leaves_a_line(read):
    assert (read.model, read.object_id, read.field, read.why) == (
        "sfa_logistics.trainee",
        7,
        "notes",
        "a test",
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE people_sensitiveread SET why = 'nothing'",
        "DELETE FROM people_sensitiveread",
        "TRUNCATE people_sensitiveread",
    ],
)
def test_the_line_cannot_be_taken_back(read, statement):
    with connection.cursor() as cursor:
        # TRUNCATE waits for no deferred check.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
            cursor.execute(statement)
    assert SensitiveRead.objects.count() == 1


def test_a_column_rests_encrypted_and_an_old_key_still_reads(settings):
    from cryptography.fernet import Fernet

    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.WELFAREPIU_ENCRYPTION_KEYS = [old]
    stored = cipher().encrypt(b"needs quiet")
    assert b"quiet" not in stored
    settings.WELFAREPIU_ENCRYPTION_KEYS = [new, old]
    assert cipher().decrypt(stored) == b"needs quiet"
