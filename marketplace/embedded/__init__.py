"""The whole system on one machine: PostgreSQL, API, worker, Stripe stand-in, started and stopped.

Owns processes, ports and files under ``.data/``. Must never be imported by a room that runs in
production.
"""
