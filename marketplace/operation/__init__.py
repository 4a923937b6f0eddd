"""What those who run an installation look at: health, request ids, logs, metrics.

Owns the heartbeats of worker and beat and the probe of the encryption keys. Must never write money,
and never show or log anything about a person.
"""
