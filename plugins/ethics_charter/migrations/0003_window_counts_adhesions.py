"""A seal in the shop window changes with a signature and its withdrawal."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ethics_charter", "0002_publication_guard"), ("window", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "SELECT window_watch('ethics_charter_adhesion')",
            "SELECT window_unwatch('ethics_charter_adhesion')",
        )
    ]
