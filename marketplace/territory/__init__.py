"""The land: ambiti, comuni, distances.

Owns the comuni of the territory with their centroids. Must never know who lives there.
"""
