"""Saleor 2.10.1: the newest Saleor that the package registry has, made to run on today's Python."""
