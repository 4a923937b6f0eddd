"""Django settings: ``base`` on top of Saleor's own, ``embedded`` for one machine, ``test``."""
