from django.apps import AppConfig


class SfaLogisticsConfig(AppConfig):
    name = "plugins.sfa_logistics"
    label = "sfa_logistics"
    default_auto_field = "django.db.models.BigAutoField"
