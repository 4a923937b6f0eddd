"""Facts written into Saleor 3.23's tables: what it has beside the columns of both Saleors."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from marketplace.money import CURRENCY
from marketplace.shop.moving_writing import METAS, Columns, Rows, blocks, on_both, same, tables
from marketplace.shop.saleor3.moving_reading import CHANNEL

KEY = "uuid"

_DESCRIPTION = {
    "description": blocks(
        "editorjs",
        kept="fact.blocks",
        paragraph="jsonb_build_object('type', 'paragraph', 'data', jsonb_build_object('text',"
        " replace(replace(replace(paragraph, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')))",
        beside="'time', 0, 'version', '2.24.3'",
    )
}
_PLAIN = {"description_plaintext": "fact.description"}
_PRICED = {"currency": f"'{CURRENCY}'"}
_SOLD = {"channel_id": CHANNEL}
_SHOWN = _SOLD | same("is_published") | {"published_at": "fact.visible_from"}
_LANGUAGE = {"language_code": f"coalesce(fact.language_code, '{settings.LANGUAGE_CODE}')"}
_WORDS = same("language_code name")
# Words that the other Saleor has for the same.
_EVENT = """
    CASE fact.type WHEN 'draft_added_products' THEN 'added_products'
        WHEN 'draft_removed_products' THEN 'removed_products' ELSE fact.type END"""
_CHARGED = "coalesce(paid.charged, 0)"


def _zero(names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), "0")


def _after(moment: str, within: str, by: str) -> str:
    """A moment for each row, in their order: that is how lines are told apart."""
    return (
        f"{moment} + row_number() OVER (PARTITION BY {within} ORDER BY {by})"
        " * interval '1 microsecond'"
    )


_USER = same("is_confirmed") | {
    "uuid": "coalesce(fact.uuid, gen_random_uuid())",
    "language_code": _LANGUAGE["language_code"],
    "jwt_token_key": "left(replace(gen_random_uuid()::text, '-', ''), 12)",
    "search_document": "''",
    "updated_at": "now()",
    "number_of_orders": "(SELECT count(*) FROM fact_order AS placed"
    " WHERE placed.user_id = fact.id AND placed.status <> 'draft')",
    "customer_type_id": "(SELECT id FROM account_customertype ORDER BY id LIMIT 1)",
}
_PRODUCT = _PLAIN | {
    "updated_at": "coalesce(fact.updated_at, now())",
    "created_at": "coalesce(fact.created_at, fact.updated_at, now())",
    "default_variant_id": "(SELECT min(variant.id) FROM fact_variant AS variant"
    " WHERE variant.product_id = fact.id)",
    "search_document": "''",
    # Saleor's clock makes what is searched of it.
    "search_index_dirty": "true",
}
_VARIANT = same("sku sort_order") | {
    "is_preorder": "false",
    "created_at": "coalesce(product.created_at, now())",
    "updated_at": "coalesce(product.updated_at, now())",
}
# Without prices: this Saleor prices a checkout anew when somebody looks at it.
_CHECKOUT = (
    _SOLD
    | _LANGUAGE
    | same("created_at email")
    | {"price_expiration": "now()", "search_index_dirty": "true"}
    | _zero(
        "shipping_price_gross_amount shipping_price_net_amount shipping_tax_rate"
        " subtotal_gross_amount subtotal_net_amount total_gross_amount total_net_amount"
    )
)
_CHECKOUT_LINE = {
    "id": "gen_random_uuid()",
    "created_at": _after("checkout.created_at", "checkout.token", "fact.id"),
    "currency": "checkout.currency",
    "undiscounted_unit_price_amount": "coalesce(variant.price, 0)",
} | _zero("tax_rate total_price_gross_amount total_price_net_amount")
_ORDER = (
    _SOLD
    | same("number created_at status")
    | {
        "use_old_id": "false",
        "updated_at": "now()",
        "origin": "'checkout'",
        "base_shipping_price_amount": "fact.shipping_gross",
        "undiscounted_base_shipping_price_amount": "fact.shipping_gross",
        "shipping_tax_rate": "0",
        "undiscounted_total_net_amount": "fact.undiscounted_net",
        "undiscounted_total_gross_amount": "fact.undiscounted_gross",
        "subtotal_net_amount": "fact.total_net - fact.shipping_net",
        "subtotal_gross_amount": "fact.total_gross - fact.shipping_gross",
        "total_charged_amount": _CHARGED,
        "total_authorized_amount": "0",
        "charge_status": f"CASE WHEN {_CHARGED} = fact.total_gross THEN 'full'"
        f" WHEN {_CHARGED} <= 0 THEN 'none' WHEN {_CHARGED} < fact.total_gross THEN 'partial'"
        " ELSE 'overcharged' END",
        "authorize_status": f"CASE WHEN {_CHARGED} >= fact.total_gross THEN 'full'"
        f" WHEN {_CHARGED} <= 0 THEN 'none' ELSE 'partial' END",
        "lines_count": "coalesce(counted.lines, 0)",
        "should_refresh_prices": "false",
        "search_document": "''",
    }
)
_ORDER_LINE = {
    "old_id": "fact.number",
    "created_at": _after("placed.created_at", "fact.order_id", "fact.number"),
    "product_sku": "nullif(fact.sku, '')",
    "product_variant_id": "encode(convert_to('ProductVariant:' || fact.variant_id, 'UTF8'),"
    " 'base64')",
    "product_type_id": "product.product_type_id",
    "is_gift_card": "false",
    "is_price_overridden": "false",
    "base_unit_price_amount": "fact.unit_gross",
    "undiscounted_base_unit_price_amount": "fact.unit_gross",
    "undiscounted_unit_price_net_amount": "fact.unit_net",
    "undiscounted_unit_price_gross_amount": "fact.unit_gross",
    "total_price_net_amount": "fact.unit_net * fact.quantity",
    "total_price_gross_amount": "fact.unit_gross * fact.quantity",
    "undiscounted_total_price_net_amount": "fact.unit_net * fact.quantity",
    "undiscounted_total_price_gross_amount": "fact.unit_gross * fact.quantity",
    "unit_discount_type": "'fixed'",
} | _zero("unit_discount_amount unit_discount_value")

_BESIDE: Mapping[str, Columns] = {
    "account_user": _USER,
    "product_producttype": {"kind": "'normal'"},
    "product_category": _PLAIN | {"updated_at": "now()"},
    "product_product": _PRODUCT,
    "product_productvariant": _VARIANT,
    "product_producttranslation": _WORDS,
    "product_categorytranslation": _WORDS,
    "product_collectiontranslation": _WORDS,
    "shipping_shippingzone": {"description": "''"},
    "shipping_shippingmethod": {"metadata": METAS["metadata"]},
    "shipping_shippingmethodtranslation": same("language_code"),
    "warehouse_warehouse": {"click_and_collect_option": "'disabled'", "is_private": "true"},
    "warehouse_stock": {"quantity_allocated": "coalesce(taken.quantity, 0)"},
    "checkout_checkout": _CHECKOUT,
    "checkout_checkoutline": _CHECKOUT_LINE,
    "order_order": _ORDER,
    "order_orderline": _ORDER_LINE,
    "order_fulfillment": same("status created_at"),
    "order_orderevent": {"type": _EVENT},
    "payment_payment": same("created_at modified_at charge_status token psp_reference")
    | {"payment_method_type": "''", "store_payment_method": "'none'"},
    "payment_transaction": same("created_at token kind error")
    | {"action_required_data": "'{}'", "already_processed": "true"},
}
# Other facts that those columns speak of.
_JOINED: Mapping[str, str] = {
    "warehouse_stock": "LEFT JOIN (SELECT stock_id, sum(quantity) AS quantity FROM fact_allocation"
    " GROUP BY stock_id) AS taken ON taken.stock_id = fact.id",
    "checkout_checkoutline": "JOIN fact_checkout AS checkout"
    " ON checkout.token = fact.checkout_token"
    " JOIN fact_variant AS variant ON variant.id = fact.variant_id",
    "order_order": "LEFT JOIN (SELECT order_id, sum(captured) AS charged FROM fact_payment"
    " GROUP BY order_id) AS paid ON paid.order_id = fact.id"
    " LEFT JOIN (SELECT order_id, count(*) AS lines FROM fact_order_line GROUP BY order_id)"
    " AS counted ON counted.order_id = fact.id",
    "order_orderline": "LEFT JOIN fact_variant AS variant ON variant.id = fact.variant_id"
    " LEFT JOIN fact_product AS product ON product.id = variant.product_id",
}

# Which it has beside a checkout, so that they can be written while that is locked.
_CHECKOUT_METAS: Mapping[str, Rows] = {
    "checkout_checkoutmetadata": Rows("checkout", METAS | {"checkout_id": "fact.token"})
}
# Prices and publication, and what the territory's channel sells.
_OF_THE_CHANNEL: Mapping[str, Rows] = {
    "product_productchannellisting": Rows(
        "product",
        _SHOWN
        | _PRICED
        | {
            "product_id": "fact.id",
            "visible_in_listings": "true",
            "available_for_purchase_at": "coalesce(fact.visible_from, fact.created_at, now())",
            "discounted_price_amount": "(SELECT min(variant.price) FROM fact_variant AS variant"
            " WHERE variant.product_id = fact.id)",
        },
    ),
    "product_productvariantchannellisting": Rows(
        "variant",
        _SOLD
        | _PRICED
        | {
            "variant_id": "fact.id",
            "price_amount": "fact.price",
            "discounted_price_amount": "fact.price",
            "cost_price_amount": "fact.cost_price",
        },
        where="fact.price IS NOT NULL",
    ),
    "product_collectionchannellisting": Rows("collection", _SHOWN | {"collection_id": "fact.id"}),
    "shipping_shippingzone_channels": Rows("shipping_zone", _SOLD | {"shippingzone_id": "fact.id"}),
    "shipping_shippingmethodchannellisting": Rows(
        "shipping_method",
        _SOLD
        | _PRICED
        | {
            "shipping_method_id": "fact.id",
            "price_amount": "fact.price",
            "minimum_order_price_amount": "fact.least_price",
            "maximum_order_price_amount": "fact.most_price",
        },
    ),
    "warehouse_channelwarehouse": Rows("warehouse", _SOLD | {"warehouse_id": "fact.id"}),
}
_PICTURES: Mapping[str, Rows] = {
    "product_productmedia": Rows(
        "picture",
        same("id product_id image alt sort_order")
        | {"type": "'IMAGE'", "oembed_data": "'{}'", "to_remove": "false"},
    ),
    "product_variantmedia": Rows(
        "variant_picture", same("variant_id") | {"media_id": "fact.picture_id"}
    ),
}

TABLES: Mapping[str, Rows] = {
    **tables(
        on_both(key=KEY, permissions="permission_permission"),
        description=_DESCRIPTION,
        beside=_BESIDE,
        joins=_JOINED,
    ),
    **_CHECKOUT_METAS,
    **_PICTURES,
    **_OF_THE_CHANNEL,
}
