"""A territory's shop in Saleor 3.23: told as facts, and written from them.

Prices and publication are the territory's channel's, which is made where there is none; what other
channels sell is not the territory's. An order's key is a UUID, and it has a number beside it. See
``marketplace.shop.moving``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from marketplace.shop.moving_writing import OF_ANY_INSTALLATION, statements
from marketplace.shop.saleor3 import channels
from marketplace.shop.saleor3.moving_reading import READ
from marketplace.shop.saleor3.moving_writing import KEY, TABLES

__all__ = [
    "KEY",
    "NEW",
    "NO_ORDER",
    "OF_THE_INSTALLATION",
    "READ",
    "WRITE",
    "WRITTEN",
    "before_writing",
]

# The same each time, and of no order that there ever was.
NO_ORDER = "md5('welfarepiu.no_order:' || was)::uuid::text"

WRITE: Sequence[str] = statements(TABLES)
WRITTEN: Sequence[str] = tuple(TABLES)
OF_THE_INSTALLATION: Sequence[str] = (
    *OF_ANY_INSTALLATION,
    "account_customertype",
    "channel_channel",
    # The ways of delivery that a checkout was offered: made anew when somebody looks.
    "checkout_checkoutdelivery",
    "core_eventdelivery",
    "core_eventdeliveryattempt",
    "core_eventpayload",
    "django_celery_beat_periodictask",
    "django_celery_beat_periodictasks",
    "django_celery_beat_crontabschedule",
    "django_celery_beat_intervalschedule",
    "page_pagetype",
    "payment_transactionevent",
    "payment_transactionitem",
    "permission_permission",
    "schedulers_customperiodictask",
    "schedulers_customschedule",
    "tax_taxconfiguration",
    "thumbnail_thumbnail",
)
# What Saleor's migrations put into an empty shop, for another channel than the territory's.
NEW: Mapping[str, int] = {
    "shipping_shippingmethodchannellisting": 1,
    "shipping_shippingmethod": 1,
    "shipping_shippingzone_channels": 1,
    "warehouse_warehouse_shipping_zones": 1,
    "warehouse_channelwarehouse": 1,
    "shipping_shippingzone": 1,
    "warehouse_warehouse": 1,
    "product_category": 1,
    "product_producttype": 1,
    "account_address": 1,
}


def before_writing() -> None:
    """The territory's channel, which everything that is written hangs on."""
    channels.channel()
