"""The only door to Saleor: version seam, shims, snapshots, schema composition.

Owns what differs between Saleor 2.10.1 (embedded) and 3.23 (production), one package per engine
(``saleor2``, ``saleor3``) behind the protocols of the modules here: what is added to one is added
to both, or the type checker says so. Must never hold a welfare rule: it translates, it does not
decide.
"""
