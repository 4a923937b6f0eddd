"""What comes after buying: orders, vouchers, the wallet's movements and expiry dates, solidarity.

Owns those pages and the vouchers' paper. Must never decide what may be cancelled or redeemed, nor
show anything that the API does not give to whoever is signed in.
"""
