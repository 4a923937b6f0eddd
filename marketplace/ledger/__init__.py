"""Accounts, transfers, entries: the only writer of money.

Owns every cent as double entry in PostgreSQL, append only, integer cents, EUR. Must never know why
money moves: callers bring kinds, keys and legs.
"""
