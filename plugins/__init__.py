"""Saleor plugins, each a vertical slice of the welfare domain; none imports another."""
