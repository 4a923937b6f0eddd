"""What is told of a territory's shop: kinds of facts, and the columns of each.

A fact names no table of a Saleor. An order's facts have both its keys, the number and the UUID.
"""

from __future__ import annotations

from collections.abc import Mapping

_DESCRIBED = (
    "description text, blocks jsonb, blocks_format text, seo_title text, seo_description text"
)
_META = "metadata jsonb, private_metadata jsonb"
_SHOWN = "is_published boolean, visible_from timestamptz"
_CARD = (
    "cc_brand text, cc_exp_month int, cc_exp_year int, cc_first_digits text, cc_last_digits text"
)

#: Kind of fact -> its columns, in the order in which they are told and written. ``blocks`` is a
#: description as one dashboard edits it, of use to the Saleor that says ``blocks_format``.
FACTS: Mapping[str, str] = {
    "address": "id int, first_name text, last_name text, company_name text, street_address_1 text,"
    " street_address_2 text, city text, city_area text, postal_code text, country text,"
    " country_area text, phone text",
    "user": "id int, uuid uuid, email text, password text, first_name text, last_name text,"
    " is_active boolean, is_staff boolean, is_superuser boolean, is_confirmed boolean, note text,"
    " avatar text, date_joined timestamptz, last_login timestamptz, language_code text,"
    f" default_billing_address_id int, default_shipping_address_id int, {_META}",
    "user_address": "user_id int, address_id int",
    "user_permission": "user_id int, codename text",
    "shop": "name text, description text, company_address_id int, mail_sender_name text",
    "product_type": "id int, name text, slug text, has_variants boolean, weight float8,"
    f" is_shipping_required boolean, is_digital boolean, {_META}",
    "category": "id int, parent_id int, lft int, rght int, tree_id int, level int, name text,"
    f" slug text, background_image text, background_image_alt text, {_DESCRIBED}, {_META}",
    "product": "id int, name text, slug text, product_type_id int, category_id int, weight float8,"
    f" updated_at timestamptz, created_at timestamptz, price numeric, {_SHOWN}, {_DESCRIBED},"
    f" {_META}",
    "variant": "id int, product_id int, sku text, name text, track_inventory boolean,"
    f" weight float8, price numeric, cost_price numeric, sort_order int, {_META}",
    "picture": "id int, product_id int, image text, alt text, sort_order int",
    "variant_picture": "variant_id int, picture_id int",
    "collection": "id int, name text, slug text, background_image text, background_image_alt text,"
    f" {_SHOWN}, {_DESCRIBED}, {_META}",
    "collection_product": "id int, collection_id int, product_id int, sort_order int",
    # ``thing``: product, category, collection or shipping_method.
    "translation": f"thing text, thing_id int, language_code text, name text, {_DESCRIBED}",
    "shipping_zone": 'id int, name text, countries text, "default" boolean',
    "shipping_method": "id int, shipping_zone_id int, name text, type text, price numeric,"
    " least_price numeric, most_price numeric, least_weight float8, most_weight float8,"
    " metadata jsonb",
    "warehouse": "id uuid, name text, slug text, email text, address_id int",
    "warehouse_zone": "warehouse_id uuid, shipping_zone_id int",
    "stock": "id int, warehouse_id uuid, variant_id int, quantity int",
    "checkout": "token uuid, created_at timestamptz, changed_at timestamptz, user_id int,"
    " email text, billing_address_id int, shipping_address_id int, shipping_method_id int,"
    f" note text, currency text, country text, language_code text, {_META}",
    "checkout_line": "id int, checkout_token uuid, variant_id int, quantity int",
    # ``id`` is the order's key where it comes from, as our rooms have it; the facts below refer to
    # an order, or to a line of one, by it.
    "order": "id text, number int, uuid uuid, created_at timestamptz, status text, user_id int,"
    " user_email text, language_code text, tracking_client_id text, billing_address_id int,"
    " shipping_address_id int, shipping_method_id int, shipping_method_name text,"
    " shipping_net numeric, shipping_gross numeric, total_net numeric, total_gross numeric,"
    " undiscounted_net numeric, undiscounted_gross numeric, currency text,"
    " display_gross_prices boolean, customer_note text, weight float8, checkout_token text,"
    f" {_META}",
    "order_line": "id text, number int, uuid uuid, order_id text, variant_id int,"
    " product_name text, variant_name text, translated_product_name text,"
    " translated_variant_name text, sku text, quantity int, quantity_fulfilled int,"
    " unit_net numeric, unit_gross numeric, tax_rate numeric, is_shipping_required boolean,"
    " currency text",
    "allocation": "id int, line_id text, stock_id int, quantity int",
    "fulfillment": "id int, order_id text, fulfillment_order int, status text,"
    f" tracking_number text, created_at timestamptz, {_META}",
    "fulfillment_line": "id int, fulfillment_id int, line_id text, quantity int, stock_id int",
    "order_event": "id int, date timestamptz, type text, order_id text, user_id int,"
    " parameters jsonb",
    "user_event": "id int, date timestamptz, type text, order_id text, user_id int,"
    " parameters jsonb",
    "user_note": "id int, date timestamptz, content text, is_public boolean, customer_id int,"
    " user_id int",
    "payment": "id int, gateway text, is_active boolean, created_at timestamptz,"
    " modified_at timestamptz, charge_status text, billing_first_name text,"
    " billing_last_name text, billing_company_name text, billing_address_1 text,"
    " billing_address_2 text, billing_city text, billing_city_area text,"
    " billing_postal_code text, billing_country_code text, billing_country_area text,"
    f" billing_email text, customer_ip_address inet, {_CARD}, extra_data text, token text,"
    " currency text, total numeric, captured numeric, checkout_token uuid, order_id text,"
    " to_confirm boolean, psp_reference text",
    "transaction": "id int, payment_id int, created_at timestamptz, token text, kind text,"
    " is_success boolean, error text, currency text, amount numeric, gateway_response jsonb,"
    " customer_id text, action_required boolean",
}

#: Facts with names of files in the media, and their columns.
FILES = (
    ("user", "avatar"),
    ("category", "background_image"),
    ("collection", "background_image"),
    ("picture", "image"),
)
