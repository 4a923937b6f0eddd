"""WSGI entry point: ``gunicorn -c python:storefront.gunicorn_conf storefront.wsgi``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
application = get_wsgi_application()
