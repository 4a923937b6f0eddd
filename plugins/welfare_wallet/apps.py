from django.apps import AppConfig


class WelfareWalletConfig(AppConfig):
    name = "plugins.welfare_wallet"
    label = "welfare_wallet"
