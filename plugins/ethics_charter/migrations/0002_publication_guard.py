"""The triggers in front of publication; Saleor's table is the installed engine's."""

from pathlib import Path

from django.db import migrations

from marketplace.shop.catalogue import PUBLICATION_KEY, PUBLICATION_MIGRATION, PUBLICATION_TABLE

# WHEN keeps the function from running for the products that stay as public as they were.
TRIGGERS = f"""
CREATE TRIGGER charter_before_publishing_new BEFORE INSERT ON {PUBLICATION_TABLE}
    FOR EACH ROW WHEN (NEW.is_published)
    EXECUTE FUNCTION ethics_charter_guard_product('{PUBLICATION_KEY}');
CREATE TRIGGER charter_before_publishing BEFORE UPDATE ON {PUBLICATION_TABLE}
    FOR EACH ROW WHEN (NEW.is_published AND NOT OLD.is_published)
    EXECUTE FUNCTION ethics_charter_guard_product('{PUBLICATION_KEY}');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ethics_charter", "0001_initial"),
        ("providers", "0001_initial"),
        PUBLICATION_MIGRATION,
    ]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_name("publication.sql").read_text() + TRIGGERS,
            f"""
            DROP TRIGGER charter_before_publishing ON {PUBLICATION_TABLE};
            DROP TRIGGER charter_before_publishing_new ON {PUBLICATION_TABLE};
            DROP TRIGGER charter_before_offering ON providers_listing;
            DROP FUNCTION ethics_charter_guard_listing;
            DROP FUNCTION ethics_charter_guard_product;
            DROP FUNCTION ethics_charter_require;
            """,
        ),
    ]
