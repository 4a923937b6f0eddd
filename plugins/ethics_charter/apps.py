from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EthicsCharterConfig(AppConfig):
    name = "plugins.ethics_charter"
    label = "ethics_charter"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace import refusals, registry
        from marketplace.providers import publication
        from marketplace.sales import extensions
        from plugins.ethics_charter import gates, selectors

        registry.provide("charter.in_force", selectors.charter_in_force)
        extensions.register_gate(gates.sale_gate)
        publication.register_publication_gate(gates.publication_gate)
        refusals.register_constraint(
            "charter_in_force",
            "CHARTER_NOT_IN_FORCE",
            _(
                "This cannot be published: its provider has no adhesion to the ethics charter in "
                "force. The provider must sign the charter first."
            ),
        )
        refusals.register_constraint(
            "charter_signed_text_stays",
            "CHARTER_VERSION_SIGNED",
            _("This version has been signed and cannot change. Make a new version."),
        )
