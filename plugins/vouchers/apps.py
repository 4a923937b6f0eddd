from django.apps import AppConfig
from django.utils.translation import gettext_noop


class VouchersConfig(AppConfig):
    name = "plugins.vouchers"
    label = "vouchers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.sales import extensions
        from marketplace.sales.reconciliation import checks
        from plugins.vouchers import issuing, redeeming

        extensions.register_follower(issuing.follower)
        extensions.register_objection(redeeming.used_vouchers)
        checks.register_follow_up(gettext_noop("vouchers"), issuing.vouchers_missing)
