"""Providers, their listings with welfare facts, and the part of each order that they fulfil.

Owns Provider, Listing and ProviderOrder. Must never decide whether a sale is allowed (gates do) and
never learn more of a customer than a first name, what was bought and where it goes.
"""
