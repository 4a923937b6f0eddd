"""The shop in the browser, for the people who spend their welfare credit.

Owns pages, their language and look, the session's cookie, and GraphQL documents. Must never hold a
database, a rule of the marketplace or an import of it: it speaks only GraphQL over HTTP.
"""
