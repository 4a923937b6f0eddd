"""The release before goes on running while the schema of the next is there already."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from tests.production.migrations import unbearable

# The last migration of each room in version 0.1.0, which no older one has ever run beside.
BASELINE = {
    "companies": 7, "ethics_charter": 3, "ledger": 2, "operation": 1, "people": 4, "providers": 1,
    "reconciliation": 2, "sales": 4, "sfa_logistics": 3, "solidarity_fund": 3, "suggestions": 1,
    "territory": 1, "vouchers": 2, "welfare_cards": 3, "welfare_payments": 1, "welfare_wallet": 2,
    "window": 1,
}  # fmt: skip
# What is against the rules and does no harm: the sentence, and since which release nobody uses it.
HARMLESS: dict[str, str] = {}


def later() -> list[migrations.Migration]:
    """Our migrations of releases after the first."""
    found = []
    for (room, name), migration in MigrationLoader(None).disk_migrations.items():
        ours = migration.__module__.startswith(tuple(settings.WELFAREPIU_ROOMS))
        if ours and int(name[:4]) > BASELINE.get(room, 0):
            found.append(migration)
    return found


def test_the_release_before_can_bear_them():
    # A room's first migration makes what nobody knows yet.
    wrong = [
        sentence
        for one in later()
        if not getattr(one, "initial", False)
        for sentence in unbearable(one)
    ]
    assert [sentence for sentence in wrong if sentence not in HARMLESS] == []
    assert set(HARMLESS) <= set(wrong)


def test_the_rooms_of_the_baseline_are_there():
    rooms = {room for room, _name in MigrationLoader(None).disk_migrations}
    assert set(BASELINE) <= rooms


def migration(*operations: object, room: str = "sales") -> migrations.Migration:
    made = migrations.Migration("0099_later", room)
    made.operations = list(operations)
    return made


INDEX = models.Index(fields=["token"], name="by_token")
CHECK = models.UniqueConstraint(fields=["token"], name="once")
SQL = migrations.RunSQL
UNBEARABLE = [
    migrations.RenameField("settlement", "token", "name"),
    migrations.RenameModel("Settlement", "Payment"),
    migrations.RemoveField("settlement", "token"),
    migrations.DeleteModel("Settlement"),
    migrations.AlterModelTable("settlement", "payment"),
    migrations.AddField("settlement", "more", models.IntegerField()),
    migrations.AddField("settlement", "more", models.IntegerField(default=0)),
    migrations.AlterField("settlement", "token", models.CharField(max_length=10)),
    migrations.AddIndex("settlement", INDEX),
    migrations.AddConstraint("settlement", CHECK),
    SQL("ALTER TABLE ledger_entry DROP COLUMN cents"),
    SQL(["SELECT 1", ("ALTER TABLE a RENAME TO b", [])]),
    SQL("ALTER TABLE a ALTER COLUMN b\n SET NOT NULL"),
    SQL("ALTER TABLE a ADD CONSTRAINT c CHECK (d > 0)"),
    SQL("create unique index a on b (c)"),
    migrations.SeparateDatabaseAndState([SQL("DROP TABLE a")], []),
]
BEARABLE = [
    migrations.CreateModel("Thing", [("id", models.AutoField(primary_key=True))]),
    migrations.AddField("settlement", "more", models.IntegerField(null=True)),
    migrations.AlterField("settlement", "token", models.CharField(max_length=99, null=True)),
    AddIndexConcurrently("settlement", INDEX),
    migrations.RemoveIndex("settlement", "by_token"),
    migrations.RemoveConstraint("settlement", "once"),
    SQL("ALTER TABLE a ADD CONSTRAINT c CHECK (d > 0) NOT VALID"),
    SQL("CREATE INDEX CONCURRENTLY a ON b (c)"),
    SQL("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
    migrations.SeparateDatabaseAndState([], [migrations.RemoveField("settlement", "token")]),
    migrations.RunPython(migrations.RunPython.noop),
]


@pytest.mark.parametrize("operation", UNBEARABLE, ids=lambda one: one.describe())
def test_what_it_cannot_bear_is_found(operation):
    (sentence,) = unbearable(migration(operation))
    assert sentence.startswith(f"sales.0099_later: {operation.describe()}: ") or isinstance(
        operation, migrations.SeparateDatabaseAndState
    )


@pytest.mark.parametrize("operation", BEARABLE, ids=lambda one: one.describe())
def test_what_it_bears_is_let_through(operation):
    assert unbearable(migration(operation)) == []


def test_an_index_on_a_small_table_and_what_is_made_here_wait_for_nobody():
    assert unbearable(migration(migrations.AddIndex("ambito", INDEX), room="territory")) == []
    thing = migrations.CreateModel("Thing", [("id", models.AutoField(primary_key=True))])
    assert unbearable(migration(thing, migrations.AddIndex("thing", INDEX))) == []
