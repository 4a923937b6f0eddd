"""The only door to Saleor: version seam, shims, snapshots, schema composition.

Owns what differs between Saleor 2.10.1 (embedded) and 3.23 (production), one package per engine
(``saleor2``). Must never hold a welfare rule: it translates, it does not decide.
"""
