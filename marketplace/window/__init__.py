"""The shop window: finding listings by words, filters and order, counted; and a stamp of the whole.

Owns what a search reads of each listing, kept by the database, and the tally behind the stamp that
changes with anything a window shows. Must never write a listing, nor know who looks.
"""
