"""The Solidarity Fund: levy, Regolamento, requests, committee, awards.

Owns the levy policy and what the committee decides. Must never pay by who decided, nor take a levy
from a voucher's nominal value.
"""
