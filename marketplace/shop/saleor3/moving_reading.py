"""What Saleor 3.23 keeps of a territory, as facts: of its channel, where there are channels."""

# ruff: noqa: S608 (statements are made of this module's constants)

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.utils.text import slugify

from marketplace.shop.moving_reading import LIMITS, LINE, META, TOTALS, selects, translations
from marketplace.shop.saleor3.moving_payments import PAYMENTS, TRANSACTIONS

#: The number of the territory's channel.
CHANNEL = f"(SELECT id FROM channel_channel WHERE slug = '{slugify(settings.WELFAREPIU_CHANNEL)}')"
_HTML = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_SHOWN = "coalesce(listed.is_published, false) AS is_published, listed.published_at AS visible_from"


def _text(blocks: str) -> str:
    """The paragraphs of an EditorJS description, as text."""
    text = "block -> 'data' ->> 'text'"
    for escaped, plain in _HTML:
        text = f"replace({text}, '{escaped}', '{plain}')"
    return (
        f"coalesce((SELECT string_agg({text}, E'\\n' ORDER BY n)"
        f" FROM jsonb_array_elements({blocks} -> 'blocks')"
        " WITH ORDINALITY AS part (block, n)), '')"
    )


def _described(row: str) -> str:
    return (
        f"{_text(f'{row}.description')} AS description, {row}.description AS blocks,"
        f" 'editorjs' AS blocks_format, {row}.seo_title, {row}.seo_description"
    )


_OF_THE_CHANNEL = (
    "shipping_method_id IN (SELECT shipping_method_id"
    f" FROM shipping_shippingmethodchannellisting WHERE channel_id = {CHANNEL})"
)

_OWN: Mapping[str, str] = {
    "user": "SELECT * FROM account_user",
    "product_type": "SELECT * FROM product_producttype AS kind WHERE slug <> 'default-type'"
    " OR EXISTS (SELECT FROM product_product WHERE product_type_id = kind.id)",
    "category": "SELECT id, parent_id, lft, rght, tree_id, level, name, slug, background_image,"
    f" background_image_alt, {_described('shelf')}, {META} FROM product_category AS shelf"
    " WHERE slug <> 'default-category' OR EXISTS ("
    "     SELECT FROM product_category AS within JOIN product_product ON category_id = within.id"
    "     WHERE within.tree_id = shelf.tree_id)",
    "product": "SELECT product.id, name, slug, product_type_id, category_id, weight, updated_at,"
    " created_at, (SELECT price_amount FROM product_productvariant AS variant"
    "     JOIN product_productvariantchannellisting AS priced ON priced.variant_id = variant.id"
    f"     WHERE variant.product_id = product.id AND priced.channel_id = {CHANNEL}"
    f"     ORDER BY variant.id LIMIT 1) AS price, {_SHOWN}, {_described('product')}, {META}"
    " FROM product_product AS product LEFT JOIN product_productchannellisting AS listed"
    f"     ON listed.product_id = product.id AND listed.channel_id = {CHANNEL}",
    "variant": "SELECT variant.*, priced.price_amount AS price,"
    " priced.cost_price_amount AS cost_price FROM product_productvariant AS variant"
    " LEFT JOIN product_productvariantchannellisting AS priced"
    f"     ON priced.variant_id = variant.id AND priced.channel_id = {CHANNEL}",
    "picture": "SELECT * FROM product_productmedia WHERE type = 'IMAGE' AND NOT to_remove"
    " AND product_id IS NOT NULL AND image <> ''",
    "variant_picture": "SELECT shown.variant_id, shown.media_id AS picture_id"
    " FROM product_variantmedia AS shown JOIN product_productmedia AS media"
    "     ON media.id = shown.media_id WHERE media.type = 'IMAGE' AND NOT media.to_remove",
    "collection": "SELECT shelf.id, name, slug, background_image, background_image_alt,"
    f" {_SHOWN}, {_described('shelf')}, {META} FROM product_collection AS shelf"
    " LEFT JOIN product_collectionchannellisting AS listed"
    f"     ON listed.collection_id = shelf.id AND listed.channel_id = {CHANNEL}",
    "translation": translations(_described("told"), of_ways=_OF_THE_CHANNEL),
    "shipping_zone": "SELECT zone.* FROM shipping_shippingzone AS zone"
    " JOIN shipping_shippingzone_channels AS sold ON sold.shippingzone_id = zone.id"
    f" WHERE sold.channel_id = {CHANNEL}",
    "shipping_method": f"SELECT way.*, price_amount AS price, {LIMITS}"
    " FROM shipping_shippingmethod AS way JOIN shipping_shippingmethodchannellisting AS priced"
    f"     ON priced.shipping_method_id = way.id AND priced.channel_id = {CHANNEL}",
    "warehouse": "SELECT house.* FROM warehouse_warehouse AS house"
    " JOIN warehouse_channelwarehouse AS sold ON sold.warehouse_id = house.id"
    f" WHERE sold.channel_id = {CHANNEL}",
    "warehouse_zone": "SELECT served.warehouse_id, served.shippingzone_id AS shipping_zone_id"
    " FROM warehouse_warehouse_shipping_zones AS served"
    " JOIN warehouse_channelwarehouse AS sold USING (warehouse_id)"
    " JOIN shipping_shippingzone_channels AS zone USING (shippingzone_id)"
    f" WHERE sold.channel_id = {CHANNEL} AND zone.channel_id = {CHANNEL}",
    "stock": "SELECT stock.id, warehouse_id, product_variant_id AS variant_id, quantity"
    " FROM warehouse_stock AS stock JOIN warehouse_channelwarehouse AS sold USING (warehouse_id)"
    f" WHERE sold.channel_id = {CHANNEL}",
    "checkout": "SELECT token, created_at, last_change AS changed_at, user_id, email,"
    " billing_address_id, shipping_address_id, shipping_method_id, note, currency, country,"
    " language_code, coalesce(kept.metadata, '{}') AS metadata,"
    " coalesce(kept.private_metadata, '{}') AS private_metadata FROM checkout_checkout"
    " LEFT JOIN checkout_checkoutmetadata AS kept ON kept.checkout_id = token"
    f" WHERE channel_id = {CHANNEL}",
    "checkout_line": "SELECT row_number() OVER (ORDER BY line.created_at, line.id) AS id,"
    " checkout_id AS checkout_token, variant_id, quantity FROM checkout_checkoutline AS line"
    f" JOIN checkout_checkout ON token = checkout_id WHERE channel_id = {CHANNEL}",
    "order": f"SELECT *, id AS uuid, {TOTALS},"
    " undiscounted_total_net_amount AS undiscounted_net,"
    " undiscounted_total_gross_amount AS undiscounted_gross FROM order_order",
    # A line that came from 2.10.1 keeps its number; the others get the next ones, in their order.
    "order_line": f"SELECT line.*, id AS uuid, {LINE},"
    " coalesce(old_id, (SELECT coalesce(max(old_id), 0) FROM order_orderline)"
    "     + row_number() OVER (PARTITION BY old_id IS NULL ORDER BY created_at, id)) AS number"
    " FROM order_orderline AS line",
    "fulfillment": "SELECT * FROM order_fulfillment",
    "payment": PAYMENTS,
    "transaction": TRANSACTIONS,
}

READ = selects(_OWN, permissions="permission_permission")
