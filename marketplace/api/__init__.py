"""One GraphQL API: composition, errors, pagination, authentication, limits.

Owns the endpoint and its conventions. Must never hold a rule of the domain.
"""
