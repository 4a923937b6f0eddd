import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0005_revocation"),
        ("welfare_payments", "0001_stripe_event"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="topupfinding",
                    name="event",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="welfare_payments.stripeevent",
                    ),
                ),
                migrations.DeleteModel(name="StripeEvent"),
            ]
        )
    ]
