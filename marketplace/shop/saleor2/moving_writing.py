"""Facts written into Saleor 2.10.1's tables: what it has beside the columns of both Saleors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from saleor.account import CustomerEvents
from saleor.order import OrderEvents

from marketplace.money import CURRENCY
from marketplace.shop.moving_writing import METAS, Columns, Rows, blocks, on_both, same, tables

KEY = "number"

_DESCRIPTION = same("description") | {
    "description_json": blocks(
        "draftjs",
        kept="coalesce(fact.blocks, '{}')",
        paragraph="jsonb_build_object('key', 'p' || n, 'type', 'unstyled', 'text', paragraph,"
        " 'depth', 0, 'entityRanges', '[]'::jsonb, 'inlineStyleRanges', '[]'::jsonb,"
        " 'data', '{}'::jsonb)",
        beside="'entityMap', '{}'::jsonb",
    )
}
# A Saleor that counts in days shows nothing on its first one: what is shown already has no day.
_DAY = f"(fact.visible_from AT TIME ZONE '{settings.TIME_ZONE}')::date"
_SHOWN = same("is_published") | {
    "publication_date": f"CASE WHEN fact.visible_from > now()"
    f" OR {_DAY} < (now() AT TIME ZONE '{settings.TIME_ZONE}')::date THEN {_DAY} END"
}
# What this Saleor has no word for: an order that came back is one that was handed over.
_STATUS = """
    CASE fact.status WHEN 'unconfirmed' THEN 'unfulfilled' WHEN 'expired' THEN 'canceled'
        WHEN 'returned' THEN 'fulfilled' WHEN 'partially_returned' THEN 'partially fulfilled'
        ELSE fact.status END"""
_CHARGE = """
    CASE WHEN fact.charge_status IN ('pending', 'refused', 'cancelled') THEN 'not-charged'
        ELSE fact.charge_status END"""
_PRICED = {"currency": f"'{CURRENCY}'"}
_LANGUAGE = {"language_code": "left(fact.language_code, 10)"}
_WORDS = _LANGUAGE | {"name": "coalesce(fact.name, '')"}


def _words(choices: Sequence[tuple[str, str]]) -> str:
    """The events that this Saleor can show, as an SQL list."""
    return ", ".join(f"'{word}'" for word, _label in choices)


# Words that the other Saleor has for the same.
_EVENT = f"""
    CASE WHEN fact.type = 'added_products' THEN 'draft_added_products'
        WHEN fact.type = 'removed_products' THEN 'draft_removed_products'
        WHEN fact.type IN ({_words(OrderEvents.CHOICES)}) THEN fact.type
        ELSE '{OrderEvents.OTHER}' END"""

_BESIDE: Mapping[str, Columns] = {
    "product_product": same("updated_at")
    | _SHOWN
    | _PRICED
    | {
        "price_amount": "coalesce(fact.price, 0)",
        "minimal_variant_price_amount": "coalesce((SELECT min(variant.price)"
        " FROM fact_variant AS variant WHERE variant.product_id = fact.id), fact.price, 0)",
        "charge_taxes": "true",
    },
    "product_productvariant": _PRICED
    | {
        "sku": "coalesce(fact.sku, 'variant-' || fact.id)",
        "price_override_amount": "nullif(fact.price, product.price)",
        "cost_price_amount": "fact.cost_price",
    },
    "product_collection": _SHOWN,
    "product_producttranslation": _WORDS,
    "product_categorytranslation": _WORDS,
    "product_collectiontranslation": _WORDS,
    "shipping_shippingmethodtranslation": _LANGUAGE,
    "shipping_shippingmethod": _PRICED
    | {
        "price_amount": "fact.price",
        "minimum_order_price_amount": "fact.least_price",
        "maximum_order_price_amount": "fact.most_price",
        "meta": "coalesce(fact.metadata, '{}')",
    },
    "warehouse_warehouse": {"company_name": "fact.name"},
    "checkout_checkout": METAS
    | {
        "created": "fact.created_at",
        "email": "coalesce(fact.email, '')",
        "quantity": "(SELECT coalesce(sum(line.quantity), 0) FROM fact_checkout_line AS line"
        " WHERE line.checkout_token = fact.token)",
    },
    "checkout_checkoutline": same("id") | {"data": "'{}'"},
    "order_order": {
        "token": "fact.uuid",
        "created": "fact.created_at",
        "status": _STATUS,
        "discount_amount": "greatest(fact.undiscounted_gross - fact.total_gross, 0)",
    },
    "order_orderline": {"product_sku": "coalesce(fact.sku, '')"},
    "order_fulfillment": {
        "created": "fact.created_at",
        "status": "CASE fact.status WHEN 'canceled' THEN 'canceled' ELSE 'fulfilled' END",
    },
    "order_orderevent": {"type": _EVENT},
    "payment_payment": {
        "created": "fact.created_at",
        "modified": "fact.modified_at",
        "charge_status": _CHARGE,
        "token": "left(fact.token, 128)",
    },
    "payment_transaction": {
        "created": "fact.created_at",
        "token": "left(fact.token, 128)",
        "kind": "left(fact.kind, 10)",
        "error": "left(fact.error, 256)",
    },
}
_SHOWABLE = f"fact.user_id IS NOT NULL AND fact.type IN ({_words(CustomerEvents.CHOICES)})"

TABLES: Mapping[str, Rows] = tables(
    on_both(key=KEY, permissions="auth_permission"),
    description=_DESCRIPTION,
    beside=_BESIDE,
    where={"account_customerevent": _SHOWABLE},
) | {
    "product_productimage": Rows(
        "picture",
        same("id product_id image sort_order")
        | {"ppoi": "'0.5x0.5'", "alt": "left(fact.alt, 128)"},
    ),
    "product_variantimage": Rows(
        "variant_picture", same("variant_id") | {"image_id": "fact.picture_id"}
    ),
}
