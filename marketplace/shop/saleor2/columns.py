"""Names of columns in Saleor 2.10.1 that another Saleor calls otherwise."""

CREATED = "created"
MODIFIED = "modified"
METADATA = "meta"
ORDER_KEY = "int"
PRODUCT_TYPE: dict[str, str] = {}
