import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0006_stripe_event_moves"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanBudget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("limit_cents", models.BigIntegerField(null=True)),
                ("valid_from", models.DateField()),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="companies.benefitcategory",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="budgets",
                        to="companies.welfareplan",
                    ),
                ),
            ],
            options={
                "ordering": ("plan", "category", "valid_from"),
            },
        ),
        migrations.AddConstraint(
            model_name="planbudget",
            constraint=models.UniqueConstraint(
                fields=("plan", "category", "valid_from"), name="plan_budget_one_from_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="planbudget",
            constraint=models.CheckConstraint(
                check=models.Q(
                    ("limit_cents__isnull", True), ("limit_cents__gte", 0), _connector="OR"
                ),
                name="plan_budget_not_negative",
            ),
        ),
    ]
