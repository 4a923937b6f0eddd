from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "marketplace.companies"
    label = "companies"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.companies import reconciliation
        from marketplace.companies.services.top_ups import event_apply
        from marketplace.payments import events
        from marketplace.sales.reconciliation import checks

        checks.register_check(reconciliation.compare)
        events.register_receiver(event_apply, last=True)
