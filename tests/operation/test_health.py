"""Health: each part that fails is named with a code and a sentence, and nothing is given away."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test import Client
from django.utils import timezone

from marketplace.embedded.processes import free_port
from marketplace.operation import heartbeats
from marketplace.operation.keys import probe_leave
from marketplace.operation.models import Heartbeat, KeyProbe
from tests.operation.conftest import broker_at


def ready() -> tuple[int, dict]:
    answer = Client().get("/health/ready", HTTP_ACCEPT_LANGUAGE="en")
    return answer.status_code, answer.json()


def codes(found: dict) -> list[str]:
    return [check["code"] for check in found["checks"] if not check["ok"]]


def test_live_asks_nothing_of_the_database():
    answer = Client().get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "live"})
    assert "no-store" in answer["Cache-Control"]


def test_ready_names_every_part(everything_works):
    status, found = ready()
    assert (status, found["status"]) == (200, "ready")
    assert [check["part"] for check in found["checks"]] == [
        "database", "migrations", "encryption keys", "broker", "worker", "beat",
    ]  # fmt: skip


def test_it_is_read_only(everything_works):
    assert Client().post("/health/ready").status_code == 405


def test_who_never_showed_itself_degrades(db):
    status, found = ready()
    assert (status, found["status"]) == (200, "degraded")
    assert codes(found) == ["WORKER_SILENT", "BEAT_SILENT"]
    assert all(check["message"].endswith(".") for check in found["checks"] if not check["ok"])


@pytest.mark.parametrize(("part", "code"), [("worker", "WORKER_SILENT"), ("beat", "BEAT_SILENT")])
def test_who_fell_silent_degrades(everything_works, settings, part, code):
    silent = settings.HEARTBEAT_SILENT_SECONDS + 5
    Heartbeat.objects.filter(part=part).update(seen_at=timezone.now() - timedelta(seconds=silent))
    status, found = ready()
    assert (status, codes(found)) == (200, [code])
    (line,) = [check for check in found["checks"] if not check["ok"]]
    assert line["seconds"] == silent


def test_a_worker_that_is_late_tells_how_old_its_queue_is(db):
    heartbeats.worker_seen(timezone.now() - timedelta(seconds=40))
    ages = heartbeats.ages()
    assert ages.worker < 5
    assert 40 <= ages.queue < 45
    assert ages.beat is None


def test_a_missing_migration_makes_it_unready(everything_works):
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE id ="
            " (SELECT max(id) FROM django_migrations WHERE app = 'ledger')"
        )
    status, found = ready()
    assert (status, codes(found)) == (503, ["NOT_MIGRATED"])
    assert found["status"] == "unready"


def test_a_migration_of_newer_code_is_no_harm(everything_works):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('ledger', '9999', now())"
        )
    assert ready()[0] == 200


def test_a_broker_that_is_gone_degrades(everything_works):
    with broker_at(f"amqp://someone:hidden@127.0.0.1:{free_port()}//"):
        status, found = ready()
    assert (status, found["status"], codes(found)) == (200, "degraded", ["BROKER_UNREACHABLE"])
    assert "hidden" not in json.dumps(found)


OTHER = Fernet.generate_key().decode()


@pytest.mark.parametrize("keys", [[], [OTHER], ["no key at all"]])
def test_keys_that_do_not_read_the_database_make_it_unready(everything_works, settings, keys):
    settings.WELFAREPIU_ENCRYPTION_KEYS = keys
    status, found = ready()
    assert (status, codes(found)) == (503, ["ENCRYPTION_KEYS_UNFIT"])
    assert OTHER not in json.dumps(found)


def test_a_new_key_in_front_of_the_old_one_is_a_rotation(everything_works, settings):
    settings.WELFAREPIU_ENCRYPTION_KEYS = [OTHER, *settings.WELFAREPIU_ENCRYPTION_KEYS]
    assert ready()[0] == 200


def test_the_probe_is_left_once_and_encrypted(db):
    probe_leave()
    (probe,) = KeyProbe.objects.all()
    assert probe.word == "welfarepiu"
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM operation_keyprobe")
        assert b"welfarepiu" not in bytes(cursor.fetchone()[0])


def test_a_database_that_is_gone_makes_it_unready(committed_db, monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", str(free_port()))
    status, found = ready()
    connection.close()
    assert (status, codes(found)) == (503, ["DATABASE_UNREACHABLE"])
    assert [check["part"] for check in found["checks"]] == ["database", "broker"]
    assert "127.0.0.1" not in json.dumps(found)


def test_a_connection_that_the_server_cut_is_made_anew(committed_db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    other.close()
    assert ready()[0] == 200
