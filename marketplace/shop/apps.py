from django.apps import AppConfig


class WelfareShopConfig(AppConfig):
    name = "marketplace.shop"
    label = "welfare_shop"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Saleor's product tasks and utilities import each other; it works from this side only.
        import saleor.product.utils  # noqa: F401

        from marketplace.shop import language
        from marketplace.shop.saleor2 import shims, speed, webhooks

        shims.apply_to_models()
        speed.keep_countries()
        language.connect()
        webhooks.drop_what_is_refused()
