"""The embedded server's wrapper: what a kill or a reboot leaves behind does not stop a start."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import psutil
import pytest

from marketplace.embedded import postgres
from marketplace.embedded.refusal import CannotStart
from marketplace.embedded.setup import PROJECT

DEAD = 2**22 + 1  # above any process id

USE = """
import sys
from pathlib import Path
from marketplace.embedded import postgres
data = Path(sys.argv[1])
print(postgres.running_url(data, "welfarepiu"))
print(postgres.server(data).psql("SELECT 'answers'"))
postgres.stop(data)
"""


@pytest.fixture
def data(tmp_path):
    data = tmp_path / "postgres"
    data.mkdir()
    return data


def use(data) -> str:
    done = subprocess.run(
        [sys.executable, "-c", USE, str(data)], cwd=PROJECT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


FAIL = """
import sys
from pathlib import Path
import psycopg2
from urllib.parse import unquote, urlsplit
from marketplace.embedded import postgres
data = Path(sys.argv[1])
parts = urlsplit(postgres.running_url(data, "welfarepiu"))
host, port = parts.netloc.split("@")[1].rsplit(":", 1)
there = psycopg2.connect(host=unquote(host), port=port, user="postgres", dbname="welfarepiu")
there.autocommit = True
with there.cursor() as cursor:
    cursor.execute("CREATE TABLE people (email text UNIQUE CHECK (email LIKE '%@%'))")
    for _ in range(2):
        try:
            cursor.execute("INSERT INTO people VALUES ('anna@example.com')")
        except psycopg2.IntegrityError:
            pass
there.close()
postgres.stop(data)
"""


def test_the_servers_log_does_not_quote_what_a_failed_statement_held(data):
    subprocess.run([sys.executable, "-c", FAIL, str(data)], cwd=PROJECT, check=True)
    said = (data / "log").read_text()
    assert "people_email_key" in said
    assert "anna" not in said


def servers_in(data) -> list[int]:
    processes = psutil.process_iter(["cmdline"])
    return [p.pid for p in processes if str(data) in (p.info["cmdline"] or [])]


def test_files_of_another_major_version_are_refused(data):
    (data / "PG_VERSION").write_text("14\n")
    with pytest.raises(CannotStart, match=r"PostgreSQL 14.*pg_dump"):
        postgres.check_version(data, "18")
    postgres.check_version(data, "14")


def test_dead_users_of_the_server_are_forgotten(data):
    users = data / ".handle_pids.json"
    users.write_text(json.dumps([os.getpid(), DEAD]))
    postgres.forget_the_dead(data)
    assert json.loads(users.read_text()) == [os.getpid()]
    users.write_text("[12, ")
    postgres.forget_the_dead(data)
    assert json.loads(users.read_text()) == []


def test_note_of_a_server_whose_number_now_belongs_to_another_program_is_removed(data):
    note = data / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{data}\n")
    postgres.forget_the_dead(data)
    assert not note.exists()


@pytest.mark.slow
def test_server_starts_answers_and_stops_and_half_made_files_are_made_anew(data):
    data.rmdir()
    assert "answers" in use(data)
    assert servers_in(data) == []
    # As if making the files had been cut off: the mark stands, and a part is missing.
    data.with_suffix(".making").touch()
    (data / "global" / "pg_control").unlink()
    assert "answers" in use(data)
    assert not data.with_suffix(".making").exists()
    assert servers_in(data) == []
