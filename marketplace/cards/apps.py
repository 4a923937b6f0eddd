from django.apps import AppConfig


class WelfareCardsConfig(AppConfig):
    name = "marketplace.cards"
    label = "welfare_cards"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.cards import reconciliation
        from marketplace.sales.reconciliation import checks

        checks.register_check(reconciliation.compare)
