from django.apps import AppConfig


class WelfareShopConfig(AppConfig):
    name = "marketplace.shop"
    label = "welfare_shop"
