"""How the storefront is served: loaded once, then forked; threads, so that connections are kept."""

import os

bind = os.environ.get("STOREFRONT_BIND") or (
    f"127.0.0.1:{os.environ.get('WELFAREPIU_STOREFRONT_PORT', '3000')}"
)
workers = int(os.environ.get("STOREFRONT_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("STOREFRONT_THREADS", "8"))
# Forked workers share the memory of what was imported before.
preload_app = True
timeout = 60
graceful_timeout = 10
keepalive = 15
# A search of 5,000 characters gets an answer in words; a server closes the door without one.
limit_request_line = 8190
# Addresses, and what somebody looks at, are nobody's business: errors alone are logged.
accesslog = None
control_socket_disable = True
if os.environ.get("WELFAREPIU_EMBEDDED") != "1":
    # As the pages' lines: the server's own are what tells of a worker that hung or died.
    logconfig_dict = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "storefront.logs.Json"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False}
        },
    }


def collect() -> None:
    """Collect the static files under their hashed names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("collectstatic", verbosity=0, interactive=False)


def when_ready(server: object) -> None:
    """Load the routes and with them every room once, before the workers are forked."""
    from django.urls import get_resolver

    _ = get_resolver().url_patterns


# While this is read: before the application, which is loaded next, looks for what it may serve.
collect()
