"""Names of columns in Saleor 3.23 that another Saleor calls otherwise."""

CREATED = "created_at"
MODIFIED = "modified_at"
METADATA = "metadata"
ORDER_KEY = "uuid"
PRODUCT_TYPE = {"kind": "normal"}
