#!/bin/bash
# Write the hashed *.txt from the *.in: `make requirements`. Needs uv (pip install uv), which nothing
# else here needs. The outputs name no registry, so that they install from whichever pip is set to.
set -euo pipefail
cd "$(dirname "$0")"
pin() {
    uv pip compile --quiet --universal --python-version 3.11.2 --generate-hashes \
        --no-emit-index-url --no-annotate --no-header "$@"
}
pin --no-deps build.in -o build.txt
pin --no-deps engine.in -o engine.txt
pin tools.in -o tools.txt
pin stripe.in -o stripe.txt
# What the images of docker-compose.yml install.
pin --no-deps wheel.in -o wheel.txt
pin --no-deps production.in -o production.txt
pin --no-deps storefront.in -o storefront.txt
