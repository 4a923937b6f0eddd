from django.apps import AppConfig


class WelfareShopConfig(AppConfig):
    name = "marketplace.shop"
    label = "welfare_shop"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.shop import language, start

        start.when_ready()
        language.connect()
