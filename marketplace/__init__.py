"""The ground every plugin stands on: who, whose money, which sale, which territory.

Owns the seam to Saleor, the ledger, people, companies, providers and the API. Must never import a
plugin: a plugin registers what it brings (see ``marketplace.sales.registry``).
"""
