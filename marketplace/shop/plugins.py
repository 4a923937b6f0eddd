"""Bases of our plugins in the installed Saleor: its hooks, translated to what our plugins say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from marketplace.shop import engine


class Plugins(Protocol):
    """Hooks differ between the engines; a plugin says its id, its name and its gateway."""

    Plugin: Any
    #: The base of a payment gateway; ``gateway`` is what it does (``facts.Gateway``).
    GatewayPlugin: Any


installed: Plugins = engine.part("plugins")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import plugins as saleor2
    from marketplace.shop.saleor3 import plugins as saleor3

    _engines: tuple[Plugins, ...] = (saleor2, saleor3)

Plugin: Any = installed.Plugin
GatewayPlugin: Any = installed.GatewayPlugin

__all__ = ["GatewayPlugin", "Plugin"]
