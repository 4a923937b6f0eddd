"""Products of the installed Saleor, for the rooms that list them."""

from marketplace.shop.saleor2.catalogue import (
    PUBLICATION_KEY,
    PUBLICATION_MIGRATION,
    PUBLICATION_TABLE,
    ProductFacts,
    ProductMade,
    category_ensure,
    picture_add,
    product_create,
    product_facts,
    product_update,
    products_publish,
    products_unpublish,
    shipping_zone_ensure,
    stock_set,
    visible,
    warehouse_ensure,
)

__all__ = [
    "PUBLICATION_KEY",
    "PUBLICATION_MIGRATION",
    "PUBLICATION_TABLE",
    "ProductFacts",
    "ProductMade",
    "category_ensure",
    "picture_add",
    "product_create",
    "product_facts",
    "product_update",
    "products_publish",
    "products_unpublish",
    "shipping_zone_ensure",
    "stock_set",
    "visible",
    "warehouse_ensure",
]
