from django.apps import AppConfig


class SolidarityFundConfig(AppConfig):
    name = "plugins.solidarity_fund"
    label = "solidarity_fund"
