"""The first page: one's credit and what is near; the shop window for whoever is not signed in.

Owns nothing but that page. Must never grow a second one.
"""
