"""The ethics charter: versions, adhesions, evidence, and the gate in front of every sale.

Owns what a provider has signed and until when. Must never let a product be published or sold
without an adhesion in force.
"""
