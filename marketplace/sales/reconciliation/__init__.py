"""The reconciler: compares Saleor's orders and payments with the ledger and all that follows.

Repairs what is certain, each difference in a transaction of its own with the row that says so, and
lists the rest with a reason; it owns its runs and findings. Must never move money by itself (it
calls the services that do), and never know a plugin: rooms register what they compare.
"""
