"""What the images install is what the code in them imports."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from marketplace.embedded.setup import PROJECT

# What Saleor 3.23's image has of what we import, by its own dependencies.
OF_SALEOR = {
    "babel", "celery", "cryptography", "django", "django-countries", "graphene", "graphql-core",
    "graphql-relay", "kombu", "opentelemetry", "pillow", "prices", "promise", "pyjwt",
    "python-dateutil", "requests", "stripe", "uvicorn",
}  # fmt: skip
# Imported by the other engine's part alone, or on one machine alone.
NOT_THERE = {"embedded", "saleor2"}


def imported(*tops: str) -> set[str]:
    """The packages, by the names they are installed under, that modules of ``tops`` import."""
    names = set()
    for file in [file for top in tops for file in (PROJECT / top).rglob("*.py")]:
        if NOT_THERE & set(file.relative_to(PROJECT).parts):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {one.name for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names.add(node.module)
    known = packages_distributions()
    ours = {"marketplace", "plugins", "fixtures", "storefront", "saleor"}
    packages = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - ours
    # Several packages share one name (opentelemetry), or the other engine alone has it.
    many = {name for name in packages if len(known.get(name, ())) != 1}
    return many | {known[name][0].lower().replace("_", "-") for name in packages - many}


def installed(file: str) -> set[str]:
    text = Path(PROJECT / "requirements" / file).read_text(encoding="utf-8")
    return {name.lower() for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def test_the_storefronts_image_has_what_the_storefront_imports():
    assert imported("storefront") - installed("storefront.txt") == set()
    # Served by it, and installed nowhere else.
    assert {"gunicorn", "whitenoise"} <= installed("storefront.txt")


def test_the_apis_image_has_what_the_api_imports():
    assert imported("marketplace", "plugins") - OF_SALEOR - installed("production.txt") == set()


def test_both_run_what_was_tried_on_one_machine():
    def pins(file: str) -> dict[str, str]:
        text = (PROJECT / "requirements" / file).read_text(encoding="utf-8")
        return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))

    tried = pins("engine.txt")
    for file in ("storefront.txt", "production.txt"):
        differ = {name for name, pin in pins(file).items() if tried.get(name, pin) != pin}
        assert differ <= {"django"}
