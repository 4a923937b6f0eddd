"""What both Saleors keep in the same tables and columns, read as facts; and what reading shares.

Each engine's ``moving_reading`` adds the kinds that it keeps in its own way.
"""

# ruff: noqa: S608 (statements are made of the engines' constants)

from __future__ import annotations

from collections.abc import Mapping

META = "metadata, private_metadata"
# What has no description, told beside what has one.
_UNDESCRIBED = "'', NULL::jsonb, '', NULL, NULL"
#: A way of delivery's limits.
LIMITS = (
    "minimum_order_price_amount AS least_price, maximum_order_price_amount AS most_price,"
    " minimum_order_weight AS least_weight, maximum_order_weight AS most_weight"
)
#: What an order costs, all but what it would without discounts.
TOTALS = (
    "shipping_price_net_amount AS shipping_net, shipping_price_gross_amount AS shipping_gross,"
    " total_net_amount AS total_net, total_gross_amount AS total_gross"
)
#: What a unit of an order's line costs, and how its article is called.
LINE = (
    "product_sku AS sku, unit_price_net_amount AS unit_net, unit_price_gross_amount AS unit_gross"
)
_EVENT = "id, date, type, order_id, user_id, parameters"

_BOTH: Mapping[str, str] = {
    "address": "SELECT * FROM account_address",
    "user_address": "SELECT * FROM account_user_addresses",
    "shop": "SELECT site.name, settings.description, settings.company_address_id,"
    " settings.default_mail_sender_name AS mail_sender_name"
    " FROM site_sitesettings AS settings JOIN django_site AS site ON site.id = settings.site_id",
    "collection_product": "SELECT * FROM product_collectionproduct",
    "allocation": "SELECT id, order_line_id AS line_id, stock_id, quantity_allocated AS quantity"
    " FROM warehouse_allocation",
    "fulfillment_line": "SELECT id, fulfillment_id, order_line_id AS line_id, quantity, stock_id"
    " FROM order_fulfillmentline",
    "order_event": f"SELECT {_EVENT} FROM order_orderevent",
    "user_event": f"SELECT {_EVENT} FROM account_customerevent",
    "user_note": "SELECT * FROM account_customernote",
}


def selects(own: Mapping[str, str], *, permissions: str) -> Mapping[str, str]:
    """A SELECT of each kind of fact: ``own`` ones beside those that are the same on both.

    ``permissions``: the table of Saleor's permissions."""
    return {
        **_BOTH,
        "user_permission": "SELECT given.user_id, codename"
        " FROM account_user_user_permissions AS given"
        f" JOIN {permissions} AS may ON may.id = given.permission_id",
        **own,
    }


def translations(described: str, *, of_ways: str = "true") -> str:
    """Words of goods, and of ways of delivery, in other languages.

    ``described``: the columns of a description there. ``of_ways``: which ways of delivery."""
    goods = " UNION ALL ".join(
        f"SELECT '{thing}' AS thing, {thing}_id AS thing_id, language_code, name, {described}"
        f" FROM product_{thing}translation AS told"
        for thing in ("product", "category", "collection")
    )
    return (
        f"{goods} UNION ALL SELECT 'shipping_method', shipping_method_id, language_code, name,"
        f" {_UNDESCRIBED} FROM shipping_shippingmethodtranslation WHERE {of_ways}"
    )
