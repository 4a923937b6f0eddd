from django.apps import AppConfig
from django.utils.translation import gettext_noop


class SolidarityFundConfig(AppConfig):
    name = "plugins.solidarity_fund"
    label = "solidarity_fund"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_delete, post_save

        from marketplace import registry
        from marketplace.sales import extensions
        from marketplace.sales.reconciliation import checks
        from plugins.solidarity_fund import levies, reconciliation, selectors
        from plugins.solidarity_fund.models import LevyPolicy

        registry.provide("fund.account_id", selectors.account_id)
        extensions.register_levy(levies.levy_of)
        extensions.register_follower(levies.recorder)
        checks.register_follow_up(gettext_noop("levy records"), reconciliation.levies_missing)
        checks.register_check(reconciliation.compare)
        post_save.connect(levies.forget_shares, LevyPolicy, dispatch_uid="levy_policy_saved")
        post_delete.connect(levies.forget_shares, LevyPolicy, dispatch_uid="levy_policy_deleted")
