"""Saleor's hooks of this plugin: a few lines each, no logic."""

from saleor.plugins.base_plugin import BasePlugin


class WelfareWalletPlugin(BasePlugin):
    PLUGIN_ID = "welfarepiu.wallet"
    PLUGIN_NAME = "WELFAREPIU welfare wallet"
    DEFAULT_ACTIVE = True
