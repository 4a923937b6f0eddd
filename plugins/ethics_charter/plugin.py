"""Saleor's hooks of this plugin: a few lines each, no logic."""

from marketplace.shop.plugins import Plugin


class EthicsCharterPlugin(Plugin):
    PLUGIN_ID = "welfarepiu.ethics_charter"
    PLUGIN_NAME = "WELFAREPIU ethics charter"
