"""The same Saleor without our rooms and plugins: what ``make bench`` compares with, and what the
test databases' first template is migrated with."""

from marketplace.settings.embedded import *

INSTALLED_APPS = [app for app in INSTALLED_APPS if app not in [*WELFAREPIU_ROOMS, "fixtures"]]
WELFAREPIU_ROOMS = []
PLUGINS = [
    "saleor.plugins.webhook.plugin.WebhookPlugin",
    "saleor.payment.gateways.dummy.plugin.DummyGatewayPlugin",
]
# Saleor's own authentication, once per field; ours is once per request (marketplace.api.views).
GRAPHENE = SALEOR_GRAPHENE
ROOT_URLCONF = "saleor.urls"
WSGI_APPLICATION = "saleor.wsgi.application"
