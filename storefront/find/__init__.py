"""Finding: the shop's list and map, articles, providers, the charter they signed, suggestions.

Owns these pages, and the shelf on which finished pages wait for the next reader. Must never put
anything of a person on the shelf.
"""
