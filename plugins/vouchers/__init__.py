"""Nominative vouchers: what is not packed and brought is handed over to who shows its voucher.

Owns WelfareVoucher and who tried to redeem one. Must never write money, nor show a code to anybody
but its holder.
"""
