"""Saleor's hooks of this plugin: a few lines each, no logic."""

from saleor.plugins.base_plugin import BasePlugin


class SfaLogisticsPlugin(BasePlugin):
    PLUGIN_ID = "welfarepiu.sfa_logistics"
    PLUGIN_NAME = "WELFAREPIU sfa logistics"
    DEFAULT_ACTIVE = True
