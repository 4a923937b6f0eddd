"""What the installed Saleor has to be told once."""

from marketplace.shop.saleor2.installation import (
    ProductText,
    ShopFacts,
    delivery_offer,
    products_translate,
    shelf_fill,
    shop_configure,
)

__all__ = [
    "ProductText",
    "ShopFacts",
    "delivery_offer",
    "products_translate",
    "shelf_fill",
    "shop_configure",
]
