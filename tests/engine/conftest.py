"""Each engine's own tests run where that engine is installed; the rest of the folder on both."""

from __future__ import annotations

from marketplace.shop import engine

OTHER = {"saleor2": "saleor3", "saleor3": "saleor2"}
collect_ignore = [OTHER[engine.NAME]]
