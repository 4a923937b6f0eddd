"""Names of columns in Saleor 2.10.1 that another Saleor calls otherwise."""

CREATED = "created"
MODIFIED = "modified"
ORDER_KEY = "int"
