"""Client companies: employments, welfare plans, benefit categories, budgets, top-ups.

Owns what a company may give and has paid in. Must never see what one employee buys.
"""
