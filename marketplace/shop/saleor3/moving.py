"""A territory's shop in Saleor 3.23: told as facts, and written from them.

Prices and publication are the territory's channel's, which is made where there is none; what other
channels sell is not the territory's. An order's key is a UUID, and it has a number beside it. See
``marketplace.shop.moving``.
"""

# ruff: noqa: S608 (statements are made of this module's constants)

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.utils.text import slugify

from marketplace.money import CURRENCY
from marketplace.shop.saleor3 import channels

KEY = "uuid"
# The same each time, and of no order that there ever was.
NO_ORDER = "md5('welfarepiu.no_order:' || was)::uuid::text"

_CHANNEL = f"(SELECT id FROM channel_channel WHERE slug = '{slugify(settings.WELFAREPIU_CHANNEL)}')"
_META = "metadata, private_metadata"
_HTML = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_SHOWN = "coalesce(listed.is_published, false) AS is_published, listed.published_at AS visible_from"


def before_writing() -> None:
    """The territory's channel, which everything that is written hangs on."""
    channels.channel()


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


def _translations(thing: str) -> str:
    return (
        f"SELECT '{thing}' AS thing, {thing}_id AS thing_id, language_code, name,"
        f" {_described('told')} FROM product_{thing}translation AS told"
    )


_SHIPPING_TRANSLATIONS = (
    "SELECT 'shipping_method' AS thing, shipping_method_id AS thing_id, language_code, name,"
    " '' AS description, NULL::jsonb AS blocks, '' AS blocks_format, NULL AS seo_title,"
    " NULL AS seo_description FROM shipping_shippingmethodtranslation"
    f" WHERE shipping_method_id IN (SELECT shipping_method_id"
    f" FROM shipping_shippingmethodchannellisting WHERE channel_id = {_CHANNEL})"
)

# What the Transactions API has charged is told as the payment that it would be without it, so that
# either Saleor keeps the same books of it; what it only holds is in our own rooms, and ends there.
_CHARGED = "type IN ('charge_success', 'refund_success') AND include_in_calculations"
_COLUMNS = (
    "id, gateway, is_active, created_at, modified_at, charge_status, billing_first_name,"
    " billing_last_name, billing_company_name, billing_address_1, billing_address_2, billing_city,"
    " billing_city_area, billing_postal_code, billing_country_code, billing_country_area,"
    " billing_email, customer_ip_address, cc_brand, cc_exp_month, cc_exp_year, cc_first_digits,"
    " cc_last_digits, extra_data, token, currency, total"
)
_PAYMENTS = f"""
    SELECT {_COLUMNS}, captured_amount AS captured, checkout_id AS checkout_token, order_id,
        to_confirm, psp_reference FROM payment_payment
    UNION ALL
    SELECT item.id + (SELECT coalesce(max(id), 0) FROM payment_payment), app_identifier,
        charged_value > 0, item.created_at, item.modified_at,
        CASE WHEN charged_value <= 0 THEN 'fully-refunded' WHEN refunded_value > 0
            THEN 'partially-refunded' ELSE 'fully-charged' END,
        coalesce(bill.first_name, ''), coalesce(bill.last_name, ''),
        coalesce(bill.company_name, ''), coalesce(bill.street_address_1, ''),
        coalesce(bill.street_address_2, ''), coalesce(bill.city, ''),
        coalesce(bill.city_area, ''), coalesce(bill.postal_code, ''),
        coalesce(bill.country, ''), coalesce(bill.country_area, ''), placed.user_email, NULL,
        coalesce(cc_brand, ''), cc_exp_month, cc_exp_year, coalesce(cc_first_digits, ''),
        coalesce(cc_last_digits, ''), '', charge.reference, item.currency,
        charged_value + refunded_value, charged_value, NULL, item.order_id, false,
        charge.reference
    FROM payment_transactionitem AS item JOIN order_order AS placed ON placed.id = item.order_id
    JOIN LATERAL (
        SELECT coalesce(psp_reference, '') AS reference FROM payment_transactionevent
        WHERE transaction_id = item.id AND type = 'charge_success' AND include_in_calculations
        ORDER BY id LIMIT 1) AS charge ON true
    LEFT JOIN account_address AS bill ON bill.id = placed.billing_address_id"""
_TRANSACTIONS = f"""
    SELECT id, payment_id, created_at, token, kind, is_success, error, currency, amount,
        gateway_response, customer_id, action_required FROM payment_transaction
    UNION ALL
    SELECT event.id + (SELECT coalesce(max(id), 0) FROM payment_transaction),
        item.id + (SELECT coalesce(max(id), 0) FROM payment_payment), event.created_at,
        coalesce(event.psp_reference, ''),
        CASE type WHEN 'charge_success' THEN 'capture' ELSE 'refund' END, true, NULL,
        event.currency, amount_value, '{{}}', NULL, false
    FROM payment_transactionevent AS event
    JOIN payment_transactionitem AS item ON item.id = event.transaction_id
    WHERE {_CHARGED} AND item.order_id IS NOT NULL AND EXISTS (
        SELECT FROM payment_transactionevent AS charge WHERE charge.transaction_id = item.id
            AND charge.type = 'charge_success' AND charge.include_in_calculations)"""

READ: Mapping[str, str] = {
    "address": "SELECT * FROM account_address",
    "user": "SELECT * FROM account_user",
    "user_address": "SELECT * FROM account_user_addresses",
    "user_permission": "SELECT given.user_id, codename FROM account_user_user_permissions AS given"
    " JOIN permission_permission AS may ON may.id = given.permission_id",
    "shop": "SELECT site.name, settings.description, settings.company_address_id,"
    " settings.default_mail_sender_name AS mail_sender_name"
    " FROM site_sitesettings AS settings JOIN django_site AS site ON site.id = settings.site_id",
    "product_type": "SELECT * FROM product_producttype AS kind WHERE slug <> 'default-type'"
    " OR EXISTS (SELECT FROM product_product WHERE product_type_id = kind.id)",
    "category": "SELECT id, parent_id, lft, rght, tree_id, level, name, slug, background_image,"
    f" background_image_alt, {_described('shelf')}, {_META} FROM product_category AS shelf"
    " WHERE slug <> 'default-category' OR EXISTS ("
    "     SELECT FROM product_category AS within JOIN product_product ON category_id = within.id"
    "     WHERE within.tree_id = shelf.tree_id)",
    "product": "SELECT product.id, name, slug, product_type_id, category_id, weight, updated_at,"
    " created_at, (SELECT price_amount FROM product_productvariant AS variant"
    "     JOIN product_productvariantchannellisting AS priced ON priced.variant_id = variant.id"
    f"     WHERE variant.product_id = product.id AND priced.channel_id = {_CHANNEL}"
    f"     ORDER BY variant.id LIMIT 1) AS price, {_SHOWN}, {_described('product')}, {_META}"
    " FROM product_product AS product LEFT JOIN product_productchannellisting AS listed"
    f"     ON listed.product_id = product.id AND listed.channel_id = {_CHANNEL}",
    "variant": "SELECT variant.*, priced.price_amount AS price,"
    " priced.cost_price_amount AS cost_price FROM product_productvariant AS variant"
    " LEFT JOIN product_productvariantchannellisting AS priced"
    f"     ON priced.variant_id = variant.id AND priced.channel_id = {_CHANNEL}",
    "picture": "SELECT * FROM product_productmedia WHERE type = 'IMAGE' AND NOT to_remove"
    " AND product_id IS NOT NULL AND image <> ''",
    "variant_picture": "SELECT shown.variant_id, shown.media_id AS picture_id"
    " FROM product_variantmedia AS shown JOIN product_productmedia AS media"
    "     ON media.id = shown.media_id WHERE media.type = 'IMAGE' AND NOT media.to_remove",
    "collection": "SELECT shelf.id, name, slug, background_image, background_image_alt,"
    f" {_SHOWN}, {_described('shelf')}, {_META} FROM product_collection AS shelf"
    " LEFT JOIN product_collectionchannellisting AS listed"
    f"     ON listed.collection_id = shelf.id AND listed.channel_id = {_CHANNEL}",
    "collection_product": "SELECT * FROM product_collectionproduct",
    "translation": " UNION ALL ".join(
        [*map(_translations, ("product", "category", "collection")), _SHIPPING_TRANSLATIONS]
    ),
    "shipping_zone": "SELECT zone.* FROM shipping_shippingzone AS zone"
    " JOIN shipping_shippingzone_channels AS sold ON sold.shippingzone_id = zone.id"
    f" WHERE sold.channel_id = {_CHANNEL}",
    "shipping_method": "SELECT way.*, price_amount AS price,"
    " minimum_order_price_amount AS least_price, maximum_order_price_amount AS most_price,"
    " minimum_order_weight AS least_weight, maximum_order_weight AS most_weight"
    " FROM shipping_shippingmethod AS way JOIN shipping_shippingmethodchannellisting AS priced"
    f"     ON priced.shipping_method_id = way.id AND priced.channel_id = {_CHANNEL}",
    "warehouse": "SELECT house.* FROM warehouse_warehouse AS house"
    " JOIN warehouse_channelwarehouse AS sold ON sold.warehouse_id = house.id"
    f" WHERE sold.channel_id = {_CHANNEL}",
    "warehouse_zone": "SELECT served.warehouse_id, served.shippingzone_id AS shipping_zone_id"
    " FROM warehouse_warehouse_shipping_zones AS served"
    " JOIN warehouse_channelwarehouse AS sold USING (warehouse_id)"
    " JOIN shipping_shippingzone_channels AS zone USING (shippingzone_id)"
    f" WHERE sold.channel_id = {_CHANNEL} AND zone.channel_id = {_CHANNEL}",
    "stock": "SELECT stock.id, warehouse_id, product_variant_id AS variant_id, quantity"
    " FROM warehouse_stock AS stock JOIN warehouse_channelwarehouse AS sold USING (warehouse_id)"
    f" WHERE sold.channel_id = {_CHANNEL}",
    "checkout": "SELECT *, last_change AS changed_at FROM checkout_checkout"
    f" WHERE channel_id = {_CHANNEL}",
    "checkout_line": "SELECT row_number() OVER (ORDER BY line.created_at, line.id) AS id,"
    " checkout_id AS checkout_token, variant_id, quantity FROM checkout_checkoutline AS line"
    f" JOIN checkout_checkout ON token = checkout_id WHERE channel_id = {_CHANNEL}",
    "order": "SELECT *, id AS uuid, shipping_price_net_amount AS shipping_net,"
    " shipping_price_gross_amount AS shipping_gross, total_net_amount AS total_net,"
    " total_gross_amount AS total_gross, undiscounted_total_net_amount AS undiscounted_net,"
    " undiscounted_total_gross_amount AS undiscounted_gross FROM order_order",
    # A line that came from 2.10.1 keeps its number; the others get the next ones, in their order.
    "order_line": "SELECT line.*, id AS uuid, product_sku AS sku,"
    " unit_price_net_amount AS unit_net, unit_price_gross_amount AS unit_gross,"
    " coalesce(old_id, (SELECT coalesce(max(old_id), 0) FROM order_orderline)"
    "     + row_number() OVER (PARTITION BY old_id IS NULL ORDER BY created_at, id)) AS number"
    " FROM order_orderline AS line",
    "allocation": "SELECT id, order_line_id AS line_id, stock_id, quantity_allocated AS quantity"
    " FROM warehouse_allocation",
    "fulfillment": "SELECT * FROM order_fulfillment",
    "fulfillment_line": "SELECT id, fulfillment_id, order_line_id AS line_id, quantity, stock_id"
    " FROM order_fulfillmentline",
    "order_event": "SELECT * FROM order_orderevent",
    "user_event": "SELECT * FROM account_customerevent",
    "user_note": "SELECT * FROM account_customernote",
    "payment": _PAYMENTS,
    "transaction": _TRANSACTIONS,
}

_BLOCKS = """
    CASE WHEN blocks_format = 'editorjs' THEN blocks ELSE jsonb_build_object(
        'time', 0, 'version', '2.24.3',
        'blocks', coalesce((
            SELECT jsonb_agg(jsonb_build_object('type', 'paragraph', 'data', jsonb_build_object(
                'text', replace(replace(replace(paragraph, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')
                )) ORDER BY n)
            FROM regexp_split_to_table(description, E'\\n') WITH ORDINALITY AS part (paragraph, n)
            WHERE paragraph <> ''), '[]')) END"""
_METAS = "coalesce(metadata, '{}'), coalesce(private_metadata, '{}')"
# Words that the other Saleor has for the same.
_EVENT = """
    CASE type WHEN 'draft_added_products' THEN 'added_products'
        WHEN 'draft_removed_products' THEN 'removed_products' ELSE type END"""


def _translated(thing: str) -> str:
    return f"""
    INSERT INTO product_{thing}translation ({thing}_id, language_code, name, description, seo_title,
        seo_description)
    SELECT thing_id, language_code, name, {_BLOCKS}, seo_title, seo_description
    FROM fact_translation WHERE thing = '{thing}'"""


WRITE: Sequence[str] = (
    """
    INSERT INTO account_address (id, first_name, last_name, company_name, street_address_1,
        street_address_2, city, city_area, postal_code, country, country_area, phone)
    SELECT id, first_name, last_name, company_name, street_address_1, street_address_2, city,
        city_area, postal_code, country, country_area, phone FROM fact_address""",
    f"""
    INSERT INTO account_user (id, uuid, email, password, first_name, last_name, is_active,
        is_staff, is_superuser, is_confirmed, note, avatar, date_joined, last_login,
        default_billing_address_id, default_shipping_address_id, metadata, private_metadata,
        language_code, jwt_token_key, search_document, updated_at, number_of_orders,
        customer_type_id)
    SELECT id, coalesce(uuid, gen_random_uuid()), email, password, first_name, last_name,
        is_active, is_staff, is_superuser, is_confirmed, note, avatar, date_joined, last_login,
        default_billing_address_id, default_shipping_address_id, {_METAS},
        coalesce(language_code, '{settings.LANGUAGE_CODE}'),
        left(replace(gen_random_uuid()::text, '-', ''), 12), '', now(),
        (SELECT count(*) FROM fact_order AS placed
         WHERE placed.user_id = person.id AND placed.status <> 'draft'),
        (SELECT id FROM account_customertype ORDER BY id LIMIT 1)
    FROM fact_user AS person""",
    """
    INSERT INTO account_user_addresses (user_id, address_id)
    SELECT user_id, address_id FROM fact_user_address""",
    """
    INSERT INTO account_user_user_permissions (user_id, permission_id)
    SELECT user_id, may.id FROM fact_user_permission
    JOIN permission_permission AS may USING (codename)""",
    """
    UPDATE site_sitesettings SET description = shop.description,
        company_address_id = shop.company_address_id,
        default_mail_sender_name = shop.mail_sender_name FROM fact_shop AS shop""",
    "UPDATE django_site SET name = shop.name FROM fact_shop AS shop",
    f"""
    INSERT INTO product_producttype (id, name, slug, has_variants, is_shipping_required,
        is_digital, weight, kind, metadata, private_metadata)
    SELECT id, name, slug, has_variants, is_shipping_required, is_digital, weight, 'normal',
        {_METAS} FROM fact_product_type""",
    f"""
    INSERT INTO product_category (id, parent_id, lft, rght, tree_id, level, name, slug,
        background_image, background_image_alt, description, description_plaintext, seo_title,
        seo_description, updated_at, metadata, private_metadata)
    SELECT id, parent_id, lft, rght, tree_id, level, name, slug, background_image,
        background_image_alt, {_BLOCKS}, description, seo_title, seo_description, now(), {_METAS}
    FROM fact_category""",
    f"""
    INSERT INTO product_product (id, name, slug, product_type_id, category_id, weight, updated_at,
        created_at, default_variant_id, description, description_plaintext, seo_title,
        seo_description, search_document, search_index_dirty, metadata, private_metadata)
    SELECT id, name, slug, product_type_id, category_id, weight, coalesce(updated_at, now()),
        coalesce(created_at, updated_at, now()),
        (SELECT min(variant.id) FROM fact_variant AS variant WHERE product_id = product.id),
        {_BLOCKS}, description, seo_title, seo_description, '', true, {_METAS}
    FROM fact_product AS product""",
    f"""
    INSERT INTO product_productvariant (id, product_id, sku, name, track_inventory, weight,
        sort_order, is_preorder, created_at, updated_at, metadata, private_metadata)
    SELECT variant.id, product_id, sku, variant.name, track_inventory, variant.weight, sort_order,
        false, coalesce(created_at, now()), coalesce(updated_at, now()),
        {_METAS.replace("coalesce(", "coalesce(variant.")}
    FROM fact_variant AS variant JOIN fact_product AS product ON product.id = product_id""",
    f"""
    INSERT INTO product_productchannellisting (product_id, channel_id, currency, is_published,
        published_at, visible_in_listings, available_for_purchase_at, discounted_price_amount)
    SELECT id, {_CHANNEL}, '{CURRENCY}', is_published, visible_from, true,
        coalesce(visible_from, created_at, now()),
        (SELECT min(variant.price) FROM fact_variant AS variant WHERE product_id = product.id)
    FROM fact_product AS product""",
    f"""
    INSERT INTO product_productvariantchannellisting (variant_id, channel_id, currency,
        price_amount, discounted_price_amount, cost_price_amount)
    SELECT id, {_CHANNEL}, '{CURRENCY}', price, price, cost_price FROM fact_variant
    WHERE price IS NOT NULL""",
    """
    INSERT INTO product_productmedia (id, product_id, image, alt, sort_order, type, oembed_data,
        to_remove)
    SELECT id, product_id, image, alt, sort_order, 'IMAGE', '{}', false FROM fact_picture""",
    """
    INSERT INTO product_variantmedia (variant_id, media_id)
    SELECT variant_id, picture_id FROM fact_variant_picture""",
    f"""
    INSERT INTO product_collection (id, name, slug, background_image, background_image_alt,
        description, seo_title, seo_description, metadata, private_metadata)
    SELECT id, name, slug, background_image, background_image_alt, {_BLOCKS}, seo_title,
        seo_description, {_METAS} FROM fact_collection""",
    f"""
    INSERT INTO product_collectionchannellisting (collection_id, channel_id, is_published,
        published_at)
    SELECT id, {_CHANNEL}, is_published, visible_from FROM fact_collection""",
    """
    INSERT INTO product_collectionproduct (id, collection_id, product_id, sort_order)
    SELECT id, collection_id, product_id, sort_order FROM fact_collection_product""",
    *map(_translated, ("product", "category", "collection")),
    """
    INSERT INTO shipping_shippingzone (id, name, countries, "default", description)
    SELECT id, name, countries, "default", '' FROM fact_shipping_zone""",
    f"""
    INSERT INTO shipping_shippingzone_channels (shippingzone_id, channel_id)
    SELECT id, {_CHANNEL} FROM fact_shipping_zone""",
    """
    INSERT INTO shipping_shippingmethod (id, shipping_zone_id, name, type, minimum_order_weight,
        maximum_order_weight, metadata)
    SELECT id, shipping_zone_id, name, type, least_weight, most_weight, coalesce(metadata, '{}')
    FROM fact_shipping_method""",
    f"""
    INSERT INTO shipping_shippingmethodchannellisting (shipping_method_id, channel_id, currency,
        price_amount, minimum_order_price_amount, maximum_order_price_amount)
    SELECT id, {_CHANNEL}, '{CURRENCY}', price, least_price, most_price
    FROM fact_shipping_method""",
    """
    INSERT INTO shipping_shippingmethodtranslation (shipping_method_id, language_code, name)
    SELECT thing_id, language_code, name FROM fact_translation WHERE thing = 'shipping_method'""",
    """
    INSERT INTO warehouse_warehouse (id, name, slug, email, address_id, click_and_collect_option,
        is_private)
    SELECT id, name, slug, email, address_id, 'disabled', true FROM fact_warehouse""",
    f"""
    INSERT INTO warehouse_channelwarehouse (warehouse_id, channel_id)
    SELECT id, {_CHANNEL} FROM fact_warehouse""",
    """
    INSERT INTO warehouse_warehouse_shipping_zones (warehouse_id, shippingzone_id)
    SELECT warehouse_id, shipping_zone_id FROM fact_warehouse_zone""",
    """
    INSERT INTO warehouse_stock (id, warehouse_id, product_variant_id, quantity,
        quantity_allocated)
    SELECT stock.id, warehouse_id, variant_id, stock.quantity, coalesce(taken.quantity, 0)
    FROM fact_stock AS stock LEFT JOIN (
        SELECT stock_id, sum(quantity) AS quantity FROM fact_allocation GROUP BY stock_id
    ) AS taken ON taken.stock_id = stock.id""",
    # Without prices: this Saleor prices a checkout anew when somebody looks at it.
    f"""
    INSERT INTO checkout_checkout (token, created_at, last_change, channel_id, user_id, email,
        billing_address_id, shipping_address_id, shipping_method_id, note, currency, country,
        language_code, discount_amount, price_expiration, shipping_price_gross_amount,
        shipping_price_net_amount, shipping_tax_rate, subtotal_gross_amount, subtotal_net_amount,
        total_gross_amount, total_net_amount, metadata, private_metadata)
    SELECT token, created_at, changed_at, {_CHANNEL}, user_id, email, billing_address_id,
        shipping_address_id, shipping_method_id, note, currency, country,
        coalesce(language_code, '{settings.LANGUAGE_CODE}'), 0, now(), 0, 0, 0, 0, 0, 0, 0,
        {_METAS} FROM fact_checkout""",
    """
    INSERT INTO checkout_checkoutline (id, checkout_id, variant_id, quantity, created_at, currency,
        tax_rate, total_price_gross_amount, total_price_net_amount, undiscounted_unit_price_amount)
    SELECT gen_random_uuid(), checkout_token, variant_id, line.quantity,
        created_at + row_number() OVER (PARTITION BY token ORDER BY line.id)
            * interval '1 microsecond',
        currency, 0, 0, 0, coalesce(variant.price, 0)
    FROM fact_checkout_line AS line JOIN fact_checkout AS checkout ON token = checkout_token
    JOIN fact_variant AS variant ON variant.id = variant_id""",
    f"""
    INSERT INTO order_order (id, number, use_old_id, created_at, updated_at, status, channel_id,
        origin, user_id, user_email, language_code, tracking_client_id, billing_address_id,
        shipping_address_id, shipping_method_id, shipping_method_name, shipping_price_net_amount,
        shipping_price_gross_amount, base_shipping_price_amount,
        undiscounted_base_shipping_price_amount, shipping_tax_rate, total_net_amount,
        total_gross_amount, undiscounted_total_net_amount, undiscounted_total_gross_amount,
        subtotal_net_amount, subtotal_gross_amount, total_charged_amount, total_authorized_amount,
        charge_status, authorize_status, currency, display_gross_prices, customer_note, weight,
        checkout_token, lines_count, should_refresh_prices, search_document, metadata,
        private_metadata)
    SELECT uuid, number, false, created_at, now(), status, {_CHANNEL}, 'checkout', user_id,
        user_email, language_code, tracking_client_id,
        billing_address_id, shipping_address_id, shipping_method_id, shipping_method_name,
        shipping_net, shipping_gross, shipping_gross, shipping_gross, 0, total_net, total_gross,
        undiscounted_net, undiscounted_gross, total_net - shipping_net,
        total_gross - shipping_gross, charged, 0,
        CASE WHEN charged = total_gross THEN 'full' WHEN charged <= 0 THEN 'none'
            WHEN charged < total_gross THEN 'partial' ELSE 'overcharged' END,
        CASE WHEN charged >= total_gross THEN 'full' WHEN charged <= 0 THEN 'none'
            ELSE 'partial' END,
        currency, display_gross_prices, customer_note, weight, checkout_token,
        (SELECT count(*) FROM fact_order_line AS line WHERE line.order_id = placed.id), false,
        '', {_METAS}
    FROM (SELECT fact.*, coalesce((
              SELECT sum(captured) FROM fact_payment AS payment WHERE payment.order_id = fact.id
          ), 0) AS charged FROM fact_order AS fact) AS placed""",
    """
    INSERT INTO order_orderline (id, old_id, order_id, created_at, variant_id, product_name,
        variant_name, translated_product_name, translated_variant_name, product_sku,
        product_variant_id, product_type_id, quantity, quantity_fulfilled, is_shipping_required,
        is_gift_card, is_price_overridden, currency, tax_rate, unit_price_net_amount,
        unit_price_gross_amount, base_unit_price_amount, undiscounted_unit_price_net_amount,
        undiscounted_unit_price_gross_amount, undiscounted_base_unit_price_amount,
        total_price_net_amount, total_price_gross_amount, undiscounted_total_price_net_amount,
        undiscounted_total_price_gross_amount, unit_discount_amount, unit_discount_value,
        unit_discount_type)
    SELECT line.uuid, line.number, order_.uuid,
        -- In the order of their numbers: that is how lines are told apart.
        order_.created_at + row_number() OVER (PARTITION BY line.order_id ORDER BY line.number)
            * interval '1 microsecond',
        variant_id, product_name, variant_name, translated_product_name, translated_variant_name,
        nullif(line.sku, ''),
        encode(convert_to('ProductVariant:' || variant_id, 'UTF8'), 'base64'),
        product.product_type_id, quantity, quantity_fulfilled, is_shipping_required, false, false,
        line.currency, coalesce(tax_rate, 0), unit_net, unit_gross, unit_gross, unit_net,
        unit_gross, unit_gross, unit_net * quantity, unit_gross * quantity, unit_net * quantity,
        unit_gross * quantity, 0, 0, 'fixed'
    FROM fact_order_line AS line JOIN fact_order AS order_ ON order_.id = line.order_id
    LEFT JOIN fact_variant AS variant ON variant.id = variant_id
    LEFT JOIN fact_product AS product ON product.id = variant.product_id""",
    """
    INSERT INTO warehouse_allocation (id, order_line_id, stock_id, quantity_allocated)
    SELECT allocation.id, line.uuid, stock_id, allocation.quantity
    FROM fact_allocation AS allocation JOIN fact_order_line AS line ON line.id = line_id""",
    """
    INSERT INTO order_fulfillment (id, order_id, fulfillment_order, status, tracking_number,
        created_at, metadata, private_metadata)
    SELECT handed.id, order_.uuid, fulfillment_order, handed.status, tracking_number,
        handed.created_at, coalesce(handed.metadata, '{}'), coalesce(handed.private_metadata, '{}')
    FROM fact_fulfillment AS handed JOIN fact_order AS order_ ON order_.id = order_id""",
    """
    INSERT INTO order_fulfillmentline (id, fulfillment_id, order_line_id, quantity, stock_id)
    SELECT handed.id, fulfillment_id, line.uuid, handed.quantity, stock_id
    FROM fact_fulfillment_line AS handed JOIN fact_order_line AS line ON line.id = line_id""",
    f"""
    INSERT INTO order_orderevent (id, date, type, order_id, user_id, parameters)
    SELECT event.id, date, {_EVENT}, order_.uuid, event.user_id, parameters
    FROM fact_order_event AS event JOIN fact_order AS order_ ON order_.id = order_id""",
    """
    INSERT INTO account_customerevent (id, date, type, order_id, user_id, parameters)
    SELECT event.id, date, type, order_.uuid, event.user_id, parameters
    FROM fact_user_event AS event LEFT JOIN fact_order AS order_ ON order_.id = order_id""",
    """
    INSERT INTO account_customernote (id, date, content, is_public, customer_id, user_id)
    SELECT id, date, content, is_public, customer_id, user_id FROM fact_user_note""",
    """
    INSERT INTO payment_payment (id, gateway, is_active, created_at, modified_at, charge_status,
        billing_first_name, billing_last_name, billing_company_name, billing_address_1,
        billing_address_2, billing_city, billing_city_area, billing_postal_code,
        billing_country_code, billing_country_area, billing_email, customer_ip_address, cc_brand,
        cc_exp_month, cc_exp_year, cc_first_digits, cc_last_digits, extra_data, token, currency,
        total, captured_amount, checkout_id, order_id, to_confirm, psp_reference,
        payment_method_type, store_payment_method)
    SELECT payment.id, gateway, is_active, payment.created_at, modified_at, charge_status,
        billing_first_name, billing_last_name, billing_company_name, billing_address_1,
        billing_address_2, billing_city, billing_city_area, billing_postal_code,
        billing_country_code, billing_country_area, billing_email, customer_ip_address, cc_brand,
        cc_exp_month, cc_exp_year, cc_first_digits, cc_last_digits, extra_data, payment.token,
        payment.currency, total, captured, checkout.token, order_.uuid, to_confirm, psp_reference,
        '', 'none'
    FROM fact_payment AS payment LEFT JOIN fact_order AS order_ ON order_.id = order_id
    LEFT JOIN fact_checkout AS checkout ON checkout.token = payment.checkout_token""",
    """
    INSERT INTO payment_transaction (id, payment_id, created_at, token, kind, is_success, error,
        currency, amount, gateway_response, customer_id, action_required, action_required_data,
        already_processed)
    SELECT id, payment_id, created_at, token, kind, is_success, error, currency, amount,
        gateway_response, customer_id, action_required, '{}', true
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
    "product_productchannellisting",
    "product_productvariantchannellisting",
    "product_productmedia",
    "product_variantmedia",
    "product_collection",
    "product_collectionchannellisting",
    "product_collectionproduct",
    "product_producttranslation",
    "product_categorytranslation",
    "product_collectiontranslation",
    "shipping_shippingzone",
    "shipping_shippingzone_channels",
    "shipping_shippingmethod",
    "shipping_shippingmethodchannellisting",
    "shipping_shippingmethodtranslation",
    "warehouse_warehouse",
    "warehouse_channelwarehouse",
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
    "account_customertype",
    "channel_channel",
    "core_eventdelivery",
    "core_eventdeliveryattempt",
    "core_eventpayload",
    "django_celery_beat_periodictask",
    "django_celery_beat_periodictasks",
    "django_celery_beat_crontabschedule",
    "django_celery_beat_intervalschedule",
    "django_content_type",
    "django_migrations",
    "django_site",
    "menu_menu",
    "menu_menuitem",
    "page_pagetype",
    "payment_transactionevent",
    "payment_transactionitem",
    "permission_permission",
    "schedulers_customperiodictask",
    "schedulers_customschedule",
    "site_sitesettings",
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
