from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "marketplace.providers"
    label = "providers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.providers import fulfilment
        from marketplace.sales import extensions

        extensions.register_follower(fulfilment.canceller)
