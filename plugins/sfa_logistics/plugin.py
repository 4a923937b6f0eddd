"""Saleor's hooks of this plugin: a few lines each, no logic."""

from marketplace.shop.plugins import Plugin


class SfaLogisticsPlugin(Plugin):
    PLUGIN_ID = "welfarepiu.sfa_logistics"
    PLUGIN_NAME = "WELFAREPIU sfa logistics"
