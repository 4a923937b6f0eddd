"""The window's tables, and from ``sql/`` what writes and reads them.

A later change of a function edits its file and adds a migration that runs the file again.
"""

from pathlib import Path

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

from marketplace.shop.catalogue import SEARCHED, SEARCHED_TABLES, SHOWN_MIGRATIONS, SHOWN_TABLES

SQL = Path(__file__).resolve().parents[1] / "sql"


def read(name: str) -> str:
    return (SQL / name).read_text(encoding="utf-8")


PRODUCT = f"""
CREATE FUNCTION window_product(wanted bigint)
RETURNS TABLE (name text, description text, price_cents bigint) LANGUAGE sql STABLE AS $$
{SEARCHED}
$$;
"""
DESCRIBED = "\n".join(
    f"""
CREATE TRIGGER window_describes_product AFTER INSERT OR UPDATE OF {", ".join(columns)} OR DELETE
    ON {table} FOR EACH ROW EXECUTE FUNCTION window_product_changed('{key}');
"""
    for table, key, columns in SEARCHED_TABLES
)
WATCHED = "\n".join(f"SELECT window_watch('{table}');" for table in SHOWN_TABLES)
FILLED = "SELECT window_describe(ARRAY(SELECT id FROM providers_listing));"


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("people", "0001_initial"),
        ("territory", "0001_initial"),
        ("companies", "0001_initial"),
        ("providers", "0001_initial"),
        *SHOWN_MIGRATIONS,
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("part", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("changes", models.BigIntegerField(default=0)),
            ],
            options={"ordering": ("part",)},
        ),
        migrations.CreateModel(
            name="Searchable",
            fields=[
                (
                    "listing",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="searchable",
                        serialize=False,
                        to="providers.listing",
                    ),
                ),
                ("document", django.contrib.postgres.search.SearchVectorField()),
                ("words", models.TextField()),
                ("price_cents", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(PRODUCT + read("words.sql")),
        migrations.RunSQL(read("finding.sql")),
        migrations.RunSQL(read("stamp.sql")),
        migrations.RunSQL(DESCRIBED + WATCHED + FILLED),
        migrations.AddIndex(
            model_name="searchable",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["document"], name="searchable_document"
            ),
        ),
        migrations.AddIndex(
            model_name="searchable",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["words"], name="searchable_words", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="searchable",
            index=models.Index(fields=["price_cents"], name="searchable_price"),
        ),
    ]
