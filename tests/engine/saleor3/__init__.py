"""What only Saleor 3.23 needs; collected where it is installed."""
