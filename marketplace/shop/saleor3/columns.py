"""Names of columns in Saleor 3.23 that another Saleor calls otherwise."""

CREATED = "created_at"
MODIFIED = "modified_at"
ORDER_KEY = "uuid"
