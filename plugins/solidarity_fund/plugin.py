"""Saleor's hooks of this plugin: a few lines each, no logic."""

from saleor.plugins.base_plugin import BasePlugin


class SolidarityFundPlugin(BasePlugin):
    PLUGIN_ID = "welfarepiu.solidarity_fund"
    PLUGIN_NAME = "WELFAREPIU solidarity fund"
    DEFAULT_ACTIVE = True
