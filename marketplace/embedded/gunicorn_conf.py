"""How the API is served on one machine: loaded once, then forked."""

import os

bind = f"127.0.0.1:{os.environ['WELFAREPIU_PORT']}"
workers = int(os.environ.get("WELFAREPIU_WORKERS", "3"))
# Forked workers share the memory of what was imported before.
preload_app = True
timeout = 60
graceful_timeout = 10
accesslog = None
# Loopback answers anybody on this machine; a socket that commands the server need not be there.
control_socket_disable = True


def when_ready(server: object) -> None:
    """Build the routes and with them the schema once, before the workers are forked."""
    from django.db import connections
    from django.urls import get_resolver

    _ = get_resolver().url_patterns
    connections.close_all()
