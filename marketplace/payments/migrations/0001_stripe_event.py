"""Events come over from the companies' room; table, rows and guards stay as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("companies", "0005_revocation")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="StripeEvent",
                    fields=[
                        (
                            "event_id",
                            models.CharField(max_length=255, primary_key=True, serialize=False),
                        ),
                        ("type", models.CharField(max_length=100)),
                        ("payload_sha256", models.CharField(max_length=64)),
                        ("received_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "db_table": "companies_stripeevent",
                        "ordering": ("-received_at", "event_id"),
                    },
                )
            ]
        )
    ]
