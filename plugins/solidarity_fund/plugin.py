"""Saleor's hooks of this plugin: a few lines each, no logic."""

from marketplace.shop.plugins import Plugin


class SolidarityFundPlugin(Plugin):
    PLUGIN_ID = "welfarepiu.solidarity_fund"
    PLUGIN_NAME = "WELFAREPIU solidarity fund"
