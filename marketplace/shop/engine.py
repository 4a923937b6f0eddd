"""Which Saleor is installed: found once, here; the rooms ask for its parts by name.

Each part of an engine is a module of the same name in ``saleor2`` and ``saleor3``. The protocol of
a part is in the module beside this one that offers it to the rooms (``orders``, ``carts``, ...),
where the type checker holds both engines' modules against it.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def _installed() -> str:
    """The package of the engine, told by its files: importing Saleor needs settings first."""
    saleor = find_spec("saleor")
    if saleor is None or not saleor.submodule_search_locations:
        raise ImportError("No Saleor is installed. `make setup` installs Saleor 2.10.1.")
    root = Path(saleor.submodule_search_locations[0])
    # Saleor sells through channels since 3.0.
    return "saleor3" if (root / "channel").is_dir() else "saleor2"


#: ``saleor2`` or ``saleor3``.
NAME = _installed()

#: The committed schema of the API on each engine, in ``marketplace/api/schemas``.
SCHEMAS = {"saleor2": "saleor-2.10.graphql", "saleor3": "saleor-3.23.graphql"}


def part(name: str) -> Any:
    """A module of the installed engine."""
    return import_module(f"marketplace.shop.{NAME}.{name}")
