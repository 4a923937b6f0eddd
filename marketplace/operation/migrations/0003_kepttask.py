"""What the queue did not take, until it does."""

from django.db import migrations, models

import marketplace.people.encryption


class Migration(migrations.Migration):
    dependencies = [
        ("operation", "0002_redelivery"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("task", models.CharField(max_length=255)),
                ("message", marketplace.people.encryption.EncryptedTextField()),
                ("kept_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
