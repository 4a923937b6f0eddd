"""How facts become rows: what goes into each column, and what is the same in both Saleors.

A table's columns are SQL expressions over one kind of fact, which is called ``fact`` there. Each
engine's ``moving_writing`` adds to the tables of ``on_both`` the columns that it has beside them,
and the tables that the other has not; statements and lists of tables are made of that.
"""

# ruff: noqa: S608 (statements are made of the engines' constants)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

#: Column -> an SQL expression.
Columns = dict[str, str]


@dataclass(frozen=True)
class Rows:
    """The rows of a table: one for each fact of a kind that fulfils ``where``.

    ``joins``: other facts that the columns' expressions speak of."""

    kind: str
    columns: Columns = field(default_factory=dict)
    joins: str = ""
    where: str = "true"

    def with_(self, columns: Columns, *, joins: str = "", where: str = "true") -> Rows:
        """With these columns, too, and of fewer facts."""
        return replace(
            self,
            columns={**self.columns, **columns},
            joins=f"{self.joins} {joins}",
            where=f"{self.where} AND {where}",
        )

    def statement(self, table: str) -> str:
        """Write them into ``table``."""
        names = ", ".join(f'"{name}"' for name in self.columns)
        return (
            f"INSERT INTO {table} ({names}) SELECT {', '.join(self.columns.values())}"
            f" FROM fact_{self.kind} AS fact {self.joins} WHERE {self.where}"
        )


def same(names: str) -> dict[str, str]:
    """Columns that are the fact's own of that name."""
    return {name: f'fact."{name}"' for name in names.split()}


METAS = {
    "metadata": "coalesce(fact.metadata, '{}')",
    "private_metadata": "coalesce(fact.private_metadata, '{}')",
}
_SEO = "seo_title seo_description"
_SHELF = f"id name slug background_image background_image_alt {_SEO}"
_BILLED = """
    billing_first_name billing_last_name billing_company_name billing_address_1 billing_address_2
    billing_city billing_city_area billing_postal_code billing_country_code billing_country_area
    billing_email"""
_CARD = "cc_brand cc_exp_month cc_exp_year cc_first_digits cc_last_digits"

# Name and address of the shop, into the rows that an installation has of them.
_SHOP = (
    "UPDATE site_sitesettings SET description = shop.description,"
    " company_address_id = shop.company_address_id,"
    " default_mail_sender_name = shop.mail_sender_name FROM fact_shop AS shop",
    "UPDATE django_site SET name = shop.name FROM fact_shop AS shop",
)

#: Tables of no territory on either Saleor.
OF_ANY_INSTALLATION = (
    "django_content_type",
    "django_migrations",
    "django_site",
    "menu_menu",
    "menu_menuitem",
    "site_sitesettings",
)


def on_both(*, key: str, permissions: str) -> dict[str, Rows]:
    """Table -> what both Saleors have in it.

    ``key``: which column of its fact is the key of an order, and of a line. ``permissions``: the
    table of Saleor's permissions."""
    of_order = "JOIN fact_order AS placed ON placed.id = fact.order_id"
    order = {"order_id": f"placed.{key}"}
    return {
        **_people(permissions),
        **_GOODS,
        **_DELIVERY,
        **_CARTS,
        **_orders(key, order, of_order),
        **_events(order, of_order),
        **_payments(order, of_order),
    }


def _people(permissions: str) -> dict[str, Rows]:
    return {
        "account_address": Rows(
            "address",
            same(
                "id first_name last_name company_name street_address_1 street_address_2 city"
                " city_area postal_code country country_area phone"
            ),
        ),
        "account_user": Rows(
            "user",
            same(
                "id email password first_name last_name is_active is_staff is_superuser note avatar"
                " date_joined last_login default_billing_address_id default_shipping_address_id"
            )
            | METAS,
        ),
        "account_user_addresses": Rows("user_address", same("user_id address_id")),
        "account_user_user_permissions": Rows(
            "user_permission",
            same("user_id") | {"permission_id": "may.id"},
            joins=f"JOIN {permissions} AS may ON may.codename = fact.codename",
        ),
        "account_customernote": Rows(
            "user_note", same("id date content is_public customer_id user_id")
        ),
    }


def _translated(thing: str) -> Rows:
    return Rows(
        "translation",
        same(_SEO) | {f"{thing}_id": "fact.thing_id"},
        where=f"fact.thing = '{thing}'",
    )


_GOODS = {
    "product_producttype": Rows(
        "product_type",
        same("id name slug has_variants is_shipping_required is_digital weight") | METAS,
    ),
    "product_category": Rows(
        "category", same(f"parent_id lft rght tree_id level {_SHELF}") | METAS
    ),
    "product_product": Rows(
        "product", same(f"id name slug product_type_id category_id weight {_SEO}") | METAS
    ),
    "product_productvariant": Rows(
        "variant",
        same("id product_id name track_inventory weight") | METAS,
        joins="JOIN fact_product AS product ON product.id = fact.product_id",
    ),
    "product_collection": Rows("collection", same(_SHELF) | METAS),
    "product_collectionproduct": Rows(
        "collection_product", same("id collection_id product_id sort_order")
    ),
    "product_producttranslation": _translated("product"),
    "product_categorytranslation": _translated("category"),
    "product_collectiontranslation": _translated("collection"),
}
# Those of the tables that have descriptions.
_DESCRIBED = (
    "product_category",
    "product_product",
    "product_collection",
    "product_producttranslation",
    "product_categorytranslation",
    "product_collectiontranslation",
)

_DELIVERY = {
    "shipping_shippingzone": Rows("shipping_zone", same("id name countries default")),
    "shipping_shippingmethod": Rows(
        "shipping_method",
        same("id shipping_zone_id name type")
        | {"minimum_order_weight": "fact.least_weight", "maximum_order_weight": "fact.most_weight"},
    ),
    "shipping_shippingmethodtranslation": Rows(
        "translation",
        same("name") | {"shipping_method_id": "fact.thing_id"},
        where="fact.thing = 'shipping_method'",
    ),
    "warehouse_warehouse": Rows("warehouse", same("id name slug email address_id")),
    "warehouse_warehouse_shipping_zones": Rows(
        "warehouse_zone", same("warehouse_id") | {"shippingzone_id": "fact.shipping_zone_id"}
    ),
    "warehouse_stock": Rows(
        "stock", same("id warehouse_id quantity") | {"product_variant_id": "fact.variant_id"}
    ),
}

_CARTS = {
    "checkout_checkout": Rows(
        "checkout",
        same(
            "token user_id billing_address_id shipping_address_id shipping_method_id note currency"
            " country"
        )
        | {"last_change": "fact.changed_at", "discount_amount": "0"},
    ),
    "checkout_checkoutline": Rows(
        "checkout_line", same("variant_id quantity") | {"checkout_id": "fact.checkout_token"}
    ),
}


def _orders(key: str, order: Columns, of_order: str) -> dict[str, Rows]:
    of_line = "JOIN fact_order_line AS line ON line.id = fact.line_id"
    line = {"order_line_id": f"line.{key}"}
    return {
        "order_order": Rows(
            "order",
            same(
                "user_id user_email language_code tracking_client_id billing_address_id"
                " shipping_address_id shipping_method_id shipping_method_name currency"
                " display_gross_prices customer_note weight checkout_token"
            )
            | {
                "id": f"fact.{key}",
                "shipping_price_net_amount": "fact.shipping_net",
                "shipping_price_gross_amount": "fact.shipping_gross",
                "total_net_amount": "fact.total_net",
                "total_gross_amount": "fact.total_gross",
            }
            | METAS,
        ),
        "order_orderline": Rows(
            "order_line",
            same(
                "variant_id product_name variant_name translated_product_name"
                " translated_variant_name quantity quantity_fulfilled is_shipping_required currency"
            )
            | {
                "id": f"fact.{key}",
                "unit_price_net_amount": "fact.unit_net",
                "unit_price_gross_amount": "fact.unit_gross",
                "tax_rate": "coalesce(fact.tax_rate, 0)",
            }
            | order,
            joins=of_order,
        ),
        "warehouse_allocation": Rows(
            "allocation",
            same("id stock_id") | line | {"quantity_allocated": "fact.quantity"},
            joins=of_line,
        ),
        "order_fulfillment": Rows(
            "fulfillment",
            same("id fulfillment_order tracking_number") | order | METAS,
            joins=of_order,
        ),
        "order_fulfillmentline": Rows(
            "fulfillment_line", same("id fulfillment_id stock_id quantity") | line, joins=of_line
        ),
    }


def _events(order: Columns, of_order: str) -> dict[str, Rows]:
    told = same("id date user_id parameters") | order
    return {
        "order_orderevent": Rows("order_event", told, joins=of_order),
        "account_customerevent": Rows("user_event", told | same("type"), joins=f"LEFT {of_order}"),
    }


def _payments(order: Columns, of_order: str) -> dict[str, Rows]:
    return {
        "payment_payment": Rows(
            "payment",
            same(
                f"id gateway is_active {_BILLED} customer_ip_address {_CARD} extra_data currency"
                " total to_confirm"
            )
            | {"captured_amount": "fact.captured", "checkout_id": "checkout.token"}
            | order,
            joins=f"LEFT {of_order}"
            " LEFT JOIN fact_checkout AS checkout ON checkout.token = fact.checkout_token",
        ),
        "payment_transaction": Rows(
            "transaction",
            same(
                "id payment_id is_success currency amount gateway_response customer_id"
                " action_required"
            ),
        ),
    }


def blocks(form: str, *, kept: str, paragraph: str, beside: str) -> str:
    """A description as this dashboard edits it: told in its own form, or made of the paragraphs.

    ``kept``: the one that was told; ``paragraph``: a block of the text ``paragraph``, the ``n``th;
    ``beside``: what stands beside the blocks."""
    return f"""
        CASE WHEN fact.blocks_format = '{form}' THEN {kept} ELSE jsonb_build_object({beside},
            'blocks', coalesce((
                SELECT jsonb_agg({paragraph} ORDER BY n)
                FROM regexp_split_to_table(fact.description, E'\\n')
                    WITH ORDINALITY AS part (paragraph, n)
                WHERE paragraph <> ''), '[]')) END"""


def tables(
    both: Mapping[str, Rows],
    *,
    description: Columns,
    beside: Mapping[str, Columns],
    joins: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
) -> dict[str, Rows]:
    """The tables of both Saleors as one of them has them.

    ``description``: the columns of one; ``beside``: other columns, by table; ``joins`` and
    ``where``: what those speak of, and which facts this Saleor has rows of."""
    return {
        table: rows.with_(
            {**(description if table in _DESCRIBED else {}), **beside.get(table, {})},
            joins=(joins or {}).get(table, ""),
            where=(where or {}).get(table, "true"),
        )
        for table, rows in both.items()
    }


def statements(tables: Mapping[str, Rows]) -> Sequence[str]:
    """What writes all facts."""
    return (*(rows.statement(table) for table, rows in tables.items()), *_SHOP)
