from django.apps import AppConfig
from django.utils.translation import gettext_noop


class SfaLogisticsConfig(AppConfig):
    name = "plugins.sfa_logistics"
    label = "sfa_logistics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace import registry
        from marketplace.sales import extensions
        from marketplace.sales.reconciliation import checks
        from plugins.sfa_logistics import reconciliation, selectors
        from plugins.sfa_logistics.services import orders

        registry.provide("tasks.catch_up", orders.tasks_catch_up)
        registry.provide("tasks.progress", selectors.progress_of)
        extensions.register_follower(orders.follower)
        checks.register_follow_up(gettext_noop("SFA tasks"), reconciliation.tasks_missing)
