# The storefront: a Django without a database, which knows the API's address and nothing else of it.

FROM python:3.12.12-slim-bookworm
WORKDIR /app
COPY requirements/storefront.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/storefront.txt
COPY storefront storefront
# The catalogues are compiled here; their sources are what the repository keeps.
RUN find storefront -name '*.po' -exec sh -c 'pybabel -q compile -i "$1" -o "${1%.po}.mo"' _ {} \; \
 && useradd --system --no-create-home --shell /usr/sbin/nologin storefront
ENV DJANGO_SETTINGS_MODULE=storefront.settings \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER storefront
CMD ["gunicorn", "--config", "python:storefront.gunicorn_conf", "storefront.wsgi"]
