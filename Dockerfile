# The API, the worker and beat: Saleor's own image with our wheel in it, and nothing else changed.

FROM python:3.12.12-slim-bookworm AS wheel
WORKDIR /source
COPY requirements/wheel.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/wheel.txt
COPY pyproject.toml MANIFEST.in README.md ./
COPY marketplace marketplace
COPY plugins plugins
COPY fixtures fixtures
# The catalogues are compiled here; their sources are what the repository keeps.
RUN find marketplace plugins -name '*.po' -exec sh -c 'pybabel -q compile -i "$1" -o "${1%.po}.mo"' _ {} \; \
 && pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheel .

FROM ghcr.io/saleor/saleor:3.23.28
COPY requirements/production.txt /tmp/production.txt
COPY --from=wheel /wheel /tmp/wheel
RUN pip install --no-cache-dir --no-deps --require-hashes -r /tmp/production.txt \
 && pip install --no-cache-dir --no-deps /tmp/wheel/*.whl \
 && rm -r /tmp/production.txt /tmp/wheel \
 && install -d -o saleor -g saleor /app/media
ENV DJANGO_SETTINGS_MODULE=marketplace.settings.production \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER saleor
CMD ["python", "-m", "marketplace.api.serve", "--host=0.0.0.0"]
