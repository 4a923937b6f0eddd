from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "marketplace.territory"
    label = "territory"
