"""What only Saleor 2.10.1 needs; collected where it is installed."""
