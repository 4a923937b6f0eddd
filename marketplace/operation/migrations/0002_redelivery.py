"""What the queue gave again: a task that kills its worker each time is set aside."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("operation", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Redelivery",
            fields=[
                (
                    "task_id",
                    models.CharField(max_length=255, primary_key=True, serialize=False),
                ),
                ("task", models.CharField(max_length=255)),
                ("times", models.PositiveIntegerField(default=1)),
                ("last_at", models.DateTimeField()),
                ("set_aside_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
