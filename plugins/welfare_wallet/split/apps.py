from django.apps import AppConfig


class SplitPurchaseConfig(AppConfig):
    name = "plugins.welfare_wallet.split"
    label = "welfare_split"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.payments import events
        from marketplace.sales.reconciliation import checks
        from plugins.welfare_wallet.split import news, reconciliation

        events.register_receiver(news.receive)
        checks.register_check(reconciliation.compare)
