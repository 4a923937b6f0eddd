"""Providers that employees would like to find in the shop, each counted by how many asked for it.

Owns suggestions and who made them. Must never tell anybody who asked for what: the operator sees
names, places, reasons and numbers.
"""
