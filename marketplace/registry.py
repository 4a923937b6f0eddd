"""Services by name: how one plugin asks another for something without importing it.

A room that offers a service calls :func:`provide` in its ``AppConfig.ready``; who needs it calls
:func:`use`. :data:`NAMES` is the whole list, with what each one does; a name that is not in it
cannot be provided, so the list stays true.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

NAMES: dict[str, str] = {
    "wallet.credit": "give credit to one person's wallet (welfare_wallet)",
    "wallet.credit_many": "give credit to many wallets in one go (welfare_wallet)",
    "wallet.sweep": "lapse what has expired (welfare_wallet)",
    "fund.account_id": "the Fund's ledger account (solidarity_fund)",
    "charter.in_force": "which of these providers have an adhesion in force (ethics_charter)",
    "tasks.progress": "how far the SFA is with the parts of these orders (sfa_logistics)",
    "tasks.catch_up": "make the tasks that orders should have (sfa_logistics)",
}

_services: dict[str, Callable[..., Any]] = {}


def provide(name: str, service: Callable[..., Any]) -> None:
    """Offer a service under a name of :data:`NAMES`; a second provider is an error."""
    if name not in NAMES:
        raise LookupError(f"{name!r} is not in marketplace.registry.NAMES")
    if _services.get(name, service) is not service:
        raise LookupError(f"{name!r} is provided twice")
    _services[name] = service


def use(name: str) -> Callable[..., Any]:
    """The service of that name; LookupError where no installed room provides it."""
    try:
        return _services[name]
    except KeyError:
        raise LookupError(f"no installed room provides {name!r}: {NAMES.get(name)}") from None
