from django.apps import AppConfig


class WelfareShopConfig(AppConfig):
    name = "marketplace.shop"
    label = "welfare_shop"

    def ready(self) -> None:
        from marketplace.shop import language

        language.connect()
