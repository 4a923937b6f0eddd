"""The ledger's tables partitioned by territory, with guards and functions that name it.

Rows of an earlier version become territory 1 where they lie; ``sql/partitions.sql`` says how.
"""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parents[1] / "sql"
MODELS = ("account", "transfer", "entry", "hold", "holdend")


def run(name: str) -> migrations.RunSQL:
    """No way back: rows of two territories would not fit into one table's keys."""
    return migrations.RunSQL((SQL / name).read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        run("partitions.sql"),
        run("guards.sql"),
        run("territories.sql"),
        run("reading.sql"),
        run("posting.sql"),
        run("holds.sql"),
        run("checkpoints.sql"),
        migrations.RunSQL("SELECT ledger_make_territory(1)"),
        *(migrations.AddField(model, "territory_id", models.IntegerField()) for model in MODELS),
    ]
