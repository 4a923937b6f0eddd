"""Heartbeats, and the probe of the keys (its row is written after each migration: see apps.py)."""

from django.db import migrations, models

import marketplace.people.encryption


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                (
                    "part",
                    models.CharField(
                        choices=[("worker", "worker"), ("beat", "beat")],
                        max_length=10,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("seen_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="KeyProbe",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", marketplace.people.encryption.EncryptedTextField()),
                ("left_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
