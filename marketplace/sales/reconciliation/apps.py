from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    name = "marketplace.sales.reconciliation"
    label = "reconciliation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.sales.reconciliation import (
            announcements,
            cancellations,
            checks,
            followers,
            holds,
            payments,
            refunds,
            settlements,
            transfers,
        )

        # In this order: what an earlier one repairs, a later one may find complete.
        for check in (
            settlements.compare,
            followers.compare,
            cancellations.compare,
            payments.compare,
            refunds.compare,
            holds.compare,
            transfers.compare,
            announcements.compare,
        ):
            checks.register_check(check)
