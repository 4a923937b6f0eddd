from django.apps import AppConfig


class EthicsCharterConfig(AppConfig):
    name = "plugins.ethics_charter"
    label = "ethics_charter"
    default_auto_field = "django.db.models.BigAutoField"
