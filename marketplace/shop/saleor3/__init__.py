"""Saleor 3.23: the supported line, on Django 5.2 and psycopg 3; what production runs on."""
