"""Saleor's hooks of this plugin: a few lines each, no logic."""

from saleor.plugins.base_plugin import BasePlugin


class EthicsCharterPlugin(BasePlugin):
    PLUGIN_ID = "welfarepiu.ethics_charter"
    PLUGIN_NAME = "WELFAREPIU ethics charter"
    DEFAULT_ACTIVE = True
