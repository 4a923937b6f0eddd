from django.apps import AppConfig


class WelfarePaymentsConfig(AppConfig):
    name = "marketplace.payments"
    label = "welfare_payments"
    default_auto_field = "django.db.models.BigAutoField"
