from django.apps import AppConfig


class WindowConfig(AppConfig):
    name = "marketplace.window"
    label = "window"
    default_auto_field = "django.db.models.BigAutoField"
