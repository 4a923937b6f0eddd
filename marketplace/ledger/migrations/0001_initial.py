"""The tables, from ``sql/``; the models are what Django reads of them.

Guards and functions come with the next migration. A later change of a function edits its file and
adds a migration that runs the file again.
"""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parents[1] / "sql"


def run(name: str) -> migrations.RunSQL:
    """No way back: taking the ledger away would take the money's history with it."""
    return migrations.RunSQL((SQL / name).read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        run("tables.sql"),
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("world", "World"),
                            ("company_budget", "Company Budget"),
                            ("credit_lot", "Credit Lot"),
                            ("holds", "Holds"),
                            ("provider_payable", "Provider Payable"),
                            ("fund", "Fund"),
                            ("fund_reserved", "Fund Reserved"),
                            ("company_levy", "Company Levy"),
                            ("delivery", "Delivery"),
                            ("lapsed", "Lapsed"),
                        ]
                    ),
                ),
                ("holder_id", models.BigIntegerField()),
                ("floor", models.BigIntegerField(null=True)),
                ("expires_on", models.DateField(null=True)),
                ("key", models.TextField(null=True, unique=True)),
                ("opened_at", models.DateTimeField()),
            ],
            options={"db_table": "ledger_account", "managed": False},
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.TextField()),
                ("key", models.TextField(unique=True)),
                ("request_hash", models.BinaryField()),
                ("reference", models.TextField()),
                ("relation", models.TextField()),
                ("posted_at", models.DateTimeField()),
                (
                    "related",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.transfer",
                    ),
                ),
            ],
            options={"db_table": "ledger_transfer", "managed": False},
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "transfer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="ledger.transfer",
                    ),
                ),
                ("cents", models.BigIntegerField()),
                ("n", models.SmallIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
            ],
            options={"db_table": "ledger_entry", "managed": False},
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "transfer",
                    models.OneToOneField(
                        db_column="id",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="hold",
                        serialize=False,
                        to="ledger.transfer",
                    ),
                ),
                ("wallet_id", models.BigIntegerField()),
                ("clearing_id", models.BigIntegerField()),
                ("cents", models.BigIntegerField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={"db_table": "ledger_hold", "managed": False},
        ),
        migrations.CreateModel(
            name="HoldEnd",
            fields=[
                (
                    "hold",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="end",
                        serialize=False,
                        to="ledger.hold",
                    ),
                ),
                ("outcome", models.TextField()),
                ("ended_at", models.DateTimeField()),
                (
                    "transfer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ledger.transfer",
                    ),
                ),
            ],
            options={"db_table": "ledger_hold_end", "managed": False},
        ),
    ]
