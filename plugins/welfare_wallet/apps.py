from django.apps import AppConfig


class WelfareWalletConfig(AppConfig):
    name = "plugins.welfare_wallet"
    label = "welfare_wallet"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace import registry
        from marketplace.sales import extensions
        from marketplace.sales.reconciliation import checks
        from plugins.welfare_wallet import budgets, credit, gates, reconciliation

        extensions.register_gate(gates.plan_gate)
        extensions.register_gate(budgets.budget_gate)
        extensions.register_guard(budgets.budget_guard)
        checks.register_check(reconciliation.compare)
        registry.provide("wallet.credit", credit.credit)
        registry.provide("wallet.credit_many", credit.credit_many)
        registry.provide("wallet.sweep", credit.lapse_expired)
