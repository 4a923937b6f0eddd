"""What Saleor 2.10.1 keeps of a territory, as facts."""

# ruff: noqa: S608 (statements are made of this module's constants)

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from marketplace.shop.moving_reading import LIMITS, LINE, META, TOTALS, selects, translations

_UUID = "'^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'"
_DESCRIBED = (
    "description, description_json AS blocks, 'draftjs' AS blocks_format, seo_title,"
    " seo_description"
)
# A day here, a moment there: the day begins at midnight in the shop's own time.
_SHOWN = (
    f"is_published, publication_date::timestamp AT TIME ZONE '{settings.TIME_ZONE}' AS visible_from"
)

_OWN: Mapping[str, str] = {
    "user": "SELECT *, NULL::uuid AS uuid, true AS is_confirmed, NULL AS language_code"
    " FROM account_user",
    "product_type": "SELECT * FROM product_producttype",
    "category": "SELECT id, parent_id, lft, rght, tree_id, level, name, slug, background_image,"
    f" background_image_alt, {_DESCRIBED}, {META} FROM product_category",
    "product": "SELECT id, name, slug, product_type_id, category_id, weight, updated_at,"
    f" updated_at AS created_at, price_amount AS price, {_SHOWN}, {_DESCRIBED}, {META}"
    " FROM product_product",
    "variant": "SELECT variant.*, coalesce(price_override_amount, product.price_amount) AS price,"
    " cost_price_amount AS cost_price, NULL::int AS sort_order"
    " FROM product_productvariant AS variant"
    " JOIN product_product AS product ON product.id = variant.product_id",
    "picture": "SELECT * FROM product_productimage",
    "variant_picture": "SELECT variant_id, image_id AS picture_id FROM product_variantimage",
    "collection": "SELECT id, name, slug, background_image, background_image_alt,"
    f" {_SHOWN}, {_DESCRIBED}, {META} FROM product_collection",
    "translation": translations(_DESCRIBED),
    "shipping_zone": "SELECT * FROM shipping_shippingzone",
    "shipping_method": f"SELECT *, price_amount AS price, {LIMITS}, meta AS metadata"
    " FROM shipping_shippingmethod",
    "warehouse": "SELECT * FROM warehouse_warehouse",
    "warehouse_zone": "SELECT warehouse_id, shippingzone_id AS shipping_zone_id"
    " FROM warehouse_warehouse_shipping_zones",
    "stock": "SELECT id, warehouse_id, product_variant_id AS variant_id, quantity"
    " FROM warehouse_stock",
    "checkout": "SELECT *, created AS created_at, last_change AS changed_at,"
    " NULL AS language_code FROM checkout_checkout",
    "checkout_line": "SELECT id, checkout_id AS checkout_token, variant_id, quantity"
    " FROM checkout_checkoutline",
    "order": "SELECT *, id AS number,"
    f" CASE WHEN token ~ {_UUID} THEN token::uuid"
    " ELSE md5('welfarepiu.order:' || id)::uuid END AS uuid, created AS created_at,"
    f" {TOTALS}, total_net_amount + discount_amount AS undiscounted_net,"
    " total_gross_amount + discount_amount AS undiscounted_gross FROM order_order",
    "order_line": f"SELECT line.*, line.id AS number, {LINE},"
    " md5('welfarepiu.order_line:' || token || ':' || line.id)::uuid AS uuid"
    " FROM order_orderline AS line JOIN order_order ON order_order.id = line.order_id",
    "fulfillment": "SELECT *, created AS created_at FROM order_fulfillment",
    "payment": "SELECT payment.*, created AS created_at, modified AS modified_at,"
    " captured_amount AS captured, checkout_id AS checkout_token,"
    " token AS psp_reference FROM payment_payment AS payment",
    "transaction": "SELECT *, created AS created_at FROM payment_transaction",
}

READ = selects(_OWN, permissions="auth_permission")
