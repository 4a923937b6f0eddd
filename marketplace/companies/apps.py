from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "marketplace.companies"
    label = "companies"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.companies import reconciliation
        from marketplace.sales.reconciliation import checks

        checks.register_check(reconciliation.compare)
