"""Saleor's hooks of the wallet: translated by the shop, done by the gateway."""

from marketplace.shop.facts import Gateway
from marketplace.shop.plugins import GatewayPlugin
from plugins.welfare_wallet import gateway as wallet


class WelfareWalletPlugin(GatewayPlugin):
    """A payment gateway over holds, and the gates in front of every order."""

    PLUGIN_ID = wallet.GATEWAY
    PLUGIN_NAME = "Welfare credit"
    gateway: Gateway = wallet
