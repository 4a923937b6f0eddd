"""What the installed Saleor needs once Django's models are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from marketplace.shop import engine


class Start(Protocol):
    """Called once per process, by this room's ``AppConfig.ready``."""

    def when_ready(self) -> None:
        """Mend and quicken what this Saleor does badly on current libraries; twice does no harm."""


installed: Start = engine.part("start")
if TYPE_CHECKING:
    from marketplace.shop.saleor2 import start as saleor2
    from marketplace.shop.saleor3 import start as saleor3

    _engines: tuple[Start, ...] = (saleor2, saleor3)

when_ready = installed.when_ready

__all__ = ["when_ready"]
