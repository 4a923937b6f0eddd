"""A territory's shop in Saleor 2.10.1: told as facts, and written from them.

Prices and publication stand on product and variant; an order's key is a number, and its token a
UUID that any Saleor can keep as a key. See ``marketplace.shop.moving``.
"""

# ruff: noqa: S608 (statements are made of this module's constants)

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from saleor.account import CustomerEvents
from saleor.order import OrderEvents

from marketplace.money import CURRENCY

KEY = "number"
# Keys are drawn from 1 and have 31 bits: no order will ever have one of these.
NO_ORDER = "(2000000000 + row_number() OVER (ORDER BY was))::text"

_UUID = "'^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'"
_META = "metadata, private_metadata"
_DESCRIBED = (
    "description, description_json AS blocks, 'draftjs' AS blocks_format, seo_title,"
    " seo_description"
)
# A day here, a moment there: the day begins at midnight in the shop's own time.
_SHOWN = (
    f"is_published, publication_date::timestamp AT TIME ZONE '{settings.TIME_ZONE}' AS visible_from"
)


def before_writing() -> None:
    """Nothing: one shop, one channel."""


def _translations(thing: str, described: str = _DESCRIBED) -> str:
    return (
        f"SELECT '{thing}' AS thing, {thing}_id AS thing_id, language_code, name, {described}"
        f" FROM {'shipping' if thing == 'shipping_method' else 'product'}_"
        f"{thing.replace('_', '')}translation"
    )


_UNDESCRIBED = (
    "'' AS description, NULL::jsonb AS blocks, '' AS blocks_format, NULL AS seo_title,"
    " NULL AS seo_description"
)

READ: Mapping[str, str] = {
    "address": "SELECT * FROM account_address",
    "user": "SELECT *, NULL::uuid AS uuid, true AS is_confirmed, NULL AS language_code"
    " FROM account_user",
    "user_address": "SELECT * FROM account_user_addresses",
    "user_permission": "SELECT given.user_id, codename FROM account_user_user_permissions AS given"
    " JOIN auth_permission ON auth_permission.id = given.permission_id",
    "shop": "SELECT site.name, settings.description, settings.company_address_id,"
    " settings.default_mail_sender_name AS mail_sender_name"
    " FROM site_sitesettings AS settings JOIN django_site AS site ON site.id = settings.site_id",
    "product_type": "SELECT * FROM product_producttype",
    "category": f"SELECT id, parent_id, lft, rght, tree_id, level, name, slug, background_image,"
    f" background_image_alt, {_DESCRIBED}, {_META} FROM product_category",
    "product": "SELECT id, name, slug, product_type_id, category_id, weight, updated_at,"
    f" updated_at AS created_at, price_amount AS price, {_SHOWN}, {_DESCRIBED}, {_META}"
    " FROM product_product",
    "variant": "SELECT variant.*, coalesce(price_override_amount, product.price_amount) AS price,"
    " cost_price_amount AS cost_price, NULL::int AS sort_order"
    " FROM product_productvariant AS variant"
    " JOIN product_product AS product ON product.id = variant.product_id",
    "picture": "SELECT * FROM product_productimage",
    "variant_picture": "SELECT variant_id, image_id AS picture_id FROM product_variantimage",
    "collection": "SELECT id, name, slug, background_image, background_image_alt,"
    f" {_SHOWN}, {_DESCRIBED}, {_META} FROM product_collection",
    "collection_product": "SELECT * FROM product_collectionproduct",
    "translation": " UNION ALL ".join(
        [
            *map(_translations, ("product", "category", "collection")),
            _translations("shipping_method", _UNDESCRIBED),
        ]
    ),
    "shipping_zone": "SELECT * FROM shipping_shippingzone",
    "shipping_method": "SELECT *, price_amount AS price,"
    " minimum_order_price_amount AS least_price, maximum_order_price_amount AS most_price,"
    " minimum_order_weight AS least_weight, maximum_order_weight AS most_weight,"
    " meta AS metadata FROM shipping_shippingmethod",
    "warehouse": "SELECT * FROM warehouse_warehouse",
    "warehouse_zone": "SELECT warehouse_id, shippingzone_id AS shipping_zone_id"
    " FROM warehouse_warehouse_shipping_zones",
    "stock": "SELECT id, warehouse_id, product_variant_id AS variant_id, quantity"
    " FROM warehouse_stock",
    "checkout": "SELECT *, created AS created_at, last_change AS changed_at,"
    " NULL AS language_code FROM checkout_checkout",
    "checkout_line": "SELECT id, checkout_id AS checkout_token, variant_id, quantity"
    " FROM checkout_checkoutline",
    "order": "SELECT id, id AS number,"
    f" CASE WHEN token ~ {_UUID} THEN token::uuid"
    " ELSE md5('welfarepiu.order:' || id)::uuid END AS uuid, created AS created_at, status,"
    " user_id, user_email, language_code, tracking_client_id, billing_address_id,"
    " shipping_address_id, shipping_method_id, shipping_method_name,"
    " shipping_price_net_amount AS shipping_net, shipping_price_gross_amount AS shipping_gross,"
    " total_net_amount AS total_net, total_gross_amount AS total_gross,"
    " total_net_amount + discount_amount AS undiscounted_net,"
    " total_gross_amount + discount_amount AS undiscounted_gross, currency,"
    f" display_gross_prices, customer_note, weight, checkout_token, {_META} FROM order_order",
    "order_line": "SELECT line.id, line.id AS number,"
    " md5('welfarepiu.order_line:' || token || ':' || line.id)::uuid AS uuid,"
    " order_id, variant_id, product_name, variant_name, translated_product_name,"
    " translated_variant_name, product_sku AS sku, quantity, quantity_fulfilled,"
    " unit_price_net_amount AS unit_net, unit_price_gross_amount AS unit_gross, tax_rate,"
    " is_shipping_required, line.currency"
    " FROM order_orderline AS line JOIN order_order ON order_order.id = line.order_id",
    "allocation": "SELECT id, order_line_id AS line_id, stock_id,"
    " quantity_allocated AS quantity FROM warehouse_allocation",
    "fulfillment": "SELECT id, order_id, fulfillment_order, status, tracking_number,"
    f" created AS created_at, {_META} FROM order_fulfillment",
    "fulfillment_line": "SELECT id, fulfillment_id, order_line_id AS line_id, quantity,"
    " stock_id FROM order_fulfillmentline",
    "order_event": "SELECT id, date, type, order_id, user_id, parameters FROM order_orderevent",
    "user_event": "SELECT id, date, type, order_id, user_id, parameters FROM account_customerevent",
    "user_note": "SELECT * FROM account_customernote",
    "payment": "SELECT payment.*, created AS created_at, modified AS modified_at,"
    " captured_amount AS captured, checkout_id AS checkout_token,"
    " token AS psp_reference FROM payment_payment AS payment",
    "transaction": "SELECT *, created AS created_at FROM payment_transaction",
}

_BLOCKS = """
    CASE WHEN blocks_format = 'draftjs' THEN coalesce(blocks, '{}') ELSE jsonb_build_object(
        'entityMap', '{}'::jsonb,
        'blocks', coalesce((
            SELECT jsonb_agg(jsonb_build_object(
                'key', 'p' || n, 'type', 'unstyled', 'text', paragraph, 'depth', 0,
                'entityRanges', '[]'::jsonb, 'inlineStyleRanges', '[]'::jsonb,
                'data', '{}'::jsonb) ORDER BY n)
            FROM regexp_split_to_table(description, E'\\n') WITH ORDINALITY AS part (paragraph, n)
            WHERE paragraph <> ''), '[]')) END"""
# A Saleor that counts in days shows nothing on its first one: what is shown already has no day.
_DAY = f"""
    CASE WHEN visible_from > now() OR (visible_from AT TIME ZONE '{settings.TIME_ZONE}')::date
            < (now() AT TIME ZONE '{settings.TIME_ZONE}')::date
        THEN (visible_from AT TIME ZONE '{settings.TIME_ZONE}')::date END"""
_METAS = "coalesce(metadata, '{}'), coalesce(private_metadata, '{}')"
# What this Saleor has no word for: an order that came back is one that was handed over.
_STATUS = """
    CASE status WHEN 'unconfirmed' THEN 'unfulfilled' WHEN 'expired' THEN 'canceled'
        WHEN 'returned' THEN 'fulfilled' WHEN 'partially_returned' THEN 'partially fulfilled'
        ELSE status END"""
_CHARGE = """
    CASE charge_status WHEN 'pending' THEN 'not-charged' WHEN 'refused' THEN 'not-charged'
        WHEN 'cancelled' THEN 'not-charged' ELSE charge_status END"""


def _words(choices: Sequence[tuple[str, str]]) -> str:
    """The events that this Saleor can show, as an SQL list."""
    return ", ".join(f"'{word}'" for word, _label in choices)


def _translated(thing: str) -> str:
    return f"""
    INSERT INTO product_{thing}translation ({thing}_id, language_code, name, description,
        description_json, seo_title, seo_description)
    SELECT thing_id, left(language_code, 10), coalesce(name, ''), description, {_BLOCKS},
        seo_title, seo_description
    FROM fact_translation WHERE thing = '{thing}'"""


WRITE: Sequence[str] = (
    """
    INSERT INTO account_address (id, first_name, last_name, company_name, street_address_1,
        street_address_2, city, city_area, postal_code, country, country_area, phone)
    SELECT id, first_name, last_name, company_name, street_address_1, street_address_2, city,
        city_area, postal_code, country, country_area, phone FROM fact_address""",
    f"""
    INSERT INTO account_user (id, email, password, first_name, last_name, is_active, is_staff,
        is_superuser, note, avatar, date_joined, last_login, default_billing_address_id,
        default_shipping_address_id, metadata, private_metadata)
    SELECT id, email, password, first_name, last_name, is_active, is_staff, is_superuser, note,
        avatar, date_joined, last_login, default_billing_address_id, default_shipping_address_id,
        {_METAS} FROM fact_user""",
    """
    INSERT INTO account_user_addresses (user_id, address_id)
    SELECT user_id, address_id FROM fact_user_address""",
    """
    INSERT INTO account_user_user_permissions (user_id, permission_id)
    SELECT user_id, auth_permission.id FROM fact_user_permission
    JOIN auth_permission USING (codename)""",
    """
    UPDATE site_sitesettings SET description = shop.description,
        company_address_id = shop.company_address_id,
        default_mail_sender_name = shop.mail_sender_name FROM fact_shop AS shop""",
    "UPDATE django_site SET name = shop.name FROM fact_shop AS shop",
    f"""
    INSERT INTO product_producttype (id, name, slug, has_variants, is_shipping_required,
        is_digital, weight, metadata, private_metadata)
    SELECT id, name, slug, has_variants, is_shipping_required, is_digital, weight, {_METAS}
    FROM fact_product_type""",
    f"""
    INSERT INTO product_category (id, parent_id, lft, rght, tree_id, level, name, slug,
        background_image, background_image_alt, description, description_json, seo_title,
        seo_description, metadata, private_metadata)
    SELECT id, parent_id, lft, rght, tree_id, level, name, slug, background_image,
        background_image_alt, description, {_BLOCKS}, seo_title, seo_description, {_METAS}
    FROM fact_category""",
    f"""
    INSERT INTO product_product (id, name, slug, product_type_id, category_id, weight, updated_at,
        price_amount, minimal_variant_price_amount, currency, charge_taxes, is_published,
        publication_date, description, description_json, seo_title, seo_description, metadata,
        private_metadata)
    SELECT id, name, slug, product_type_id, category_id, weight, updated_at, coalesce(price, 0),
        coalesce((SELECT min(variant.price) FROM fact_variant AS variant
                  WHERE variant.product_id = product.id), price, 0),
        '{CURRENCY}', true, is_published, {_DAY}, description, {_BLOCKS}, seo_title,
        seo_description, {_METAS} FROM fact_product AS product""",
    f"""
    INSERT INTO product_productvariant (id, product_id, sku, name, track_inventory, weight,
        price_override_amount, cost_price_amount, currency, metadata, private_metadata)
    SELECT variant.id, product_id, coalesce(sku, 'variant-' || variant.id), variant.name,
        track_inventory, variant.weight, nullif(variant.price, product.price), cost_price,
        '{CURRENCY}', coalesce(variant.metadata, '{{}}'), coalesce(variant.private_metadata, '{{}}')
    FROM fact_variant AS variant JOIN fact_product AS product ON product.id = product_id""",
    """
    INSERT INTO product_productimage (id, product_id, image, ppoi, alt, sort_order)
    SELECT id, product_id, image, '0.5x0.5', left(alt, 128), sort_order FROM fact_picture""",
    """
    INSERT INTO product_variantimage (variant_id, image_id)
    SELECT variant_id, picture_id FROM fact_variant_picture""",
    f"""
    INSERT INTO product_collection (id, name, slug, background_image, background_image_alt,
        is_published, publication_date, description, description_json, seo_title, seo_description,
        metadata, private_metadata)
    SELECT id, name, slug, background_image, background_image_alt, is_published, {_DAY},
        description, {_BLOCKS}, seo_title, seo_description, {_METAS} FROM fact_collection""",
    """
    INSERT INTO product_collectionproduct (id, collection_id, product_id, sort_order)
    SELECT id, collection_id, product_id, sort_order FROM fact_collection_product""",
    *map(_translated, ("product", "category", "collection")),
    """
    INSERT INTO shipping_shippingzone (id, name, countries, "default")
    SELECT id, name, countries, "default" FROM fact_shipping_zone""",
    f"""
    INSERT INTO shipping_shippingmethod (id, shipping_zone_id, name, type, price_amount, currency,
        minimum_order_price_amount, maximum_order_price_amount, minimum_order_weight,
        maximum_order_weight, meta)
    SELECT id, shipping_zone_id, name, type, price, '{CURRENCY}', least_price, most_price,
        least_weight, most_weight, coalesce(metadata, '{{}}')
    FROM fact_shipping_method""",
    """
    INSERT INTO shipping_shippingmethodtranslation (shipping_method_id, language_code, name)
    SELECT thing_id, left(language_code, 10), name FROM fact_translation
    WHERE thing = 'shipping_method'""",
    """
    INSERT INTO warehouse_warehouse (id, name, slug, company_name, email, address_id)
    SELECT id, name, slug, name, email, address_id FROM fact_warehouse""",
    """
    INSERT INTO warehouse_warehouse_shipping_zones (warehouse_id, shippingzone_id)
    SELECT warehouse_id, shipping_zone_id FROM fact_warehouse_zone""",
    """
    INSERT INTO warehouse_stock (id, warehouse_id, product_variant_id, quantity)
    SELECT id, warehouse_id, variant_id, quantity FROM fact_stock""",
    f"""
    INSERT INTO checkout_checkout (token, created, last_change, user_id, email,
        billing_address_id, shipping_address_id, shipping_method_id, note, currency, country,
        quantity, discount_amount, metadata, private_metadata)
    SELECT token, created_at, changed_at, user_id, coalesce(email, ''), billing_address_id,
        shipping_address_id, shipping_method_id, note, currency, country,
        (SELECT coalesce(sum(line.quantity), 0) FROM fact_checkout_line AS line
         WHERE line.checkout_token = token),
        0, {_METAS} FROM fact_checkout""",
    """
    INSERT INTO checkout_checkoutline (id, checkout_id, variant_id, quantity, data)
    SELECT id, checkout_token, variant_id, quantity, '{}' FROM fact_checkout_line""",
    f"""
    INSERT INTO order_order (id, token, created, status, user_id, user_email, language_code,
        tracking_client_id, billing_address_id, shipping_address_id, shipping_method_id,
        shipping_method_name, shipping_price_net_amount, shipping_price_gross_amount,
        total_net_amount, total_gross_amount, discount_amount, currency, display_gross_prices,
        customer_note, weight, checkout_token, metadata, private_metadata)
    SELECT number, uuid, created_at, {_STATUS}, user_id, user_email, language_code,
        tracking_client_id, billing_address_id, shipping_address_id, shipping_method_id,
        shipping_method_name, shipping_net, shipping_gross, total_net, total_gross,
        greatest(undiscounted_gross - total_gross, 0), currency, display_gross_prices,
        customer_note, weight, checkout_token, {_METAS} FROM fact_order""",
    """
    INSERT INTO order_orderline (id, order_id, variant_id, product_name, variant_name,
        translated_product_name, translated_variant_name, product_sku, quantity,
        quantity_fulfilled, unit_price_net_amount, unit_price_gross_amount, tax_rate,
        is_shipping_required, currency)
    SELECT line.number, order_.number, variant_id, product_name, variant_name,
        translated_product_name, translated_variant_name, coalesce(sku, ''), quantity,
        quantity_fulfilled, unit_net, unit_gross, coalesce(tax_rate, 0), is_shipping_required,
        line.currency
    FROM fact_order_line AS line JOIN fact_order AS order_ ON order_.id = line.order_id""",
    """
    INSERT INTO warehouse_allocation (id, order_line_id, stock_id, quantity_allocated)
    SELECT allocation.id, line.number, stock_id, allocation.quantity
    FROM fact_allocation AS allocation JOIN fact_order_line AS line ON line.id = line_id""",
    """
    INSERT INTO order_fulfillment (id, order_id, fulfillment_order, status, tracking_number,
        created, metadata, private_metadata)
    SELECT handed.id, order_.number, fulfillment_order,
        CASE handed.status WHEN 'canceled' THEN 'canceled' ELSE 'fulfilled' END, tracking_number,
        handed.created_at, coalesce(handed.metadata, '{}'),
        coalesce(handed.private_metadata, '{}')
    FROM fact_fulfillment AS handed JOIN fact_order AS order_ ON order_.id = order_id""",
    """
    INSERT INTO order_fulfillmentline (id, fulfillment_id, order_line_id, quantity, stock_id)
    SELECT handed.id, fulfillment_id, line.number, handed.quantity, stock_id
    FROM fact_fulfillment_line AS handed JOIN fact_order_line AS line ON line.id = line_id""",
    f"""
    INSERT INTO order_orderevent (id, date, type, order_id, user_id, parameters)
    SELECT event.id, date, CASE type WHEN 'added_products' THEN 'draft_added_products'
        WHEN 'removed_products' THEN 'draft_removed_products'
        ELSE CASE WHEN type IN ({_words(OrderEvents.CHOICES)}) THEN type
        ELSE '{OrderEvents.OTHER}' END END, order_.number, event.user_id, parameters
    FROM fact_order_event AS event JOIN fact_order AS order_ ON order_.id = order_id""",
    f"""
    INSERT INTO account_customerevent (id, date, type, order_id, user_id, parameters)
    SELECT event.id, date, type, order_.number, event.user_id, parameters
    FROM fact_user_event AS event LEFT JOIN fact_order AS order_ ON order_.id = order_id
    WHERE event.user_id IS NOT NULL AND type IN ({_words(CustomerEvents.CHOICES)})""",
    """
    INSERT INTO account_customernote (id, date, content, is_public, customer_id, user_id)
    SELECT id, date, content, is_public, customer_id, user_id FROM fact_user_note""",
    f"""
    INSERT INTO payment_payment (id, gateway, is_active, created, modified, charge_status,
        billing_first_name, billing_last_name, billing_company_name, billing_address_1,
        billing_address_2, billing_city, billing_city_area, billing_postal_code,
        billing_country_code, billing_country_area, billing_email, customer_ip_address, cc_brand,
        cc_exp_month, cc_exp_year, cc_first_digits, cc_last_digits, extra_data, token, currency,
        total, captured_amount, checkout_id, order_id, to_confirm)
    SELECT payment.id, gateway, is_active, payment.created_at, modified_at, {_CHARGE},
        billing_first_name, billing_last_name, billing_company_name, billing_address_1,
        billing_address_2, billing_city, billing_city_area, billing_postal_code,
        billing_country_code, billing_country_area, billing_email, customer_ip_address, cc_brand,
        cc_exp_month, cc_exp_year, cc_first_digits, cc_last_digits, extra_data,
        left(payment.token, 128), payment.currency, total, captured, checkout.token,
        order_.number, to_confirm
    FROM fact_payment AS payment LEFT JOIN fact_order AS order_ ON order_.id = order_id
    LEFT JOIN fact_checkout AS checkout ON checkout.token = payment.checkout_token""",
    """
    INSERT INTO payment_transaction (id, payment_id, created, token, kind, is_success, error,
        currency, amount, gateway_response, customer_id, action_required)
    SELECT id, payment_id, created_at, left(token, 128), left(kind, 10), is_success,
        left(error, 256), currency, amount, gateway_response, customer_id, action_required
    FROM fact_transaction""",
)

WRITTEN: Sequence[str] = (
    "account_address",
    "account_user",
    "account_user_addresses",
    "account_user_user_permissions",
    "product_producttype",
    "product_category",
    "product_product",
    "product_productvariant",
    "product_productimage",
    "product_variantimage",
    "product_collection",
    "product_collectionproduct",
    "product_producttranslation",
    "product_categorytranslation",
    "product_collectiontranslation",
    "shipping_shippingzone",
    "shipping_shippingmethod",
    "shipping_shippingmethodtranslation",
    "warehouse_warehouse",
    "warehouse_warehouse_shipping_zones",
    "warehouse_stock",
    "warehouse_allocation",
    "checkout_checkout",
    "checkout_checkoutline",
    "order_order",
    "order_orderline",
    "order_orderevent",
    "order_fulfillment",
    "order_fulfillmentline",
    "account_customerevent",
    "account_customernote",
    "payment_payment",
    "payment_transaction",
)
OF_THE_INSTALLATION: Sequence[str] = (
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "django_site",
    "menu_menu",
    "menu_menuitem",
    "site_sitesettings",
)
# Migrations make nothing that the facts are written over.
NEW: Mapping[str, int] = {}
