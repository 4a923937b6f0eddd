"""Where an organisation stands: distances and the SFA's rounds start from it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("territory", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="comune",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="organisations",
                to="territory.comune",
            ),
        ),
    ]
