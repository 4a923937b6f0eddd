"""Wallets, credit lots, holds and purchases: how an employee's credit pays; a Saleor gateway.

Owns Wallet, Hold and the purchase. Must never write money but through the ledger, nor decide what a
plugin's gate decides.
"""
