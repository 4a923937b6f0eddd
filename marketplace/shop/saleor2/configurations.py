"""What the operator has configured of the plugins: read once per request.

Saleor 2.10.1 makes a plugins manager at every corner, some twenty in a purchase by its own steps,
and each reads the configurations anew.
"""

from __future__ import annotations

import copy
from contextvars import ContextVar
from typing import Any

from django.core.signals import request_finished, request_started
from django.db.models.signals import post_delete, post_save
from saleor.plugins.manager import PluginsManager
from saleor.plugins.models import PluginConfiguration

#: None outside a request, where nobody would say when it ends: read each time.
_of_request: ContextVar[dict[str, Any] | None] = ContextVar("plugin configurations", default=None)


class OncePerRequest(PluginsManager):
    """Saleor's manager, but for where it has the configurations from."""

    def _get_all_plugin_configs(self) -> dict[str, Any]:
        kept = _of_request.get()
        if kept is None:
            read: dict[str, Any] = super()._get_all_plugin_configs()
            return read
        if not kept:
            # Under one name, as no row at all is an answer too.
            kept["rows"] = super()._get_all_plugin_configs()
        # A plugin completes its configuration in place.
        return copy.deepcopy(kept["rows"])


def keep_for_requests() -> None:
    """Follow requests and changes; a second call changes nothing."""
    request_started.connect(_begin, dispatch_uid="plugin configurations")
    request_finished.connect(_end, dispatch_uid="plugin configurations")
    for changed in (post_save, post_delete):
        changed.connect(_read_anew, sender=PluginConfiguration, dispatch_uid="read anew")


def _begin(**_signal: Any) -> None:
    _of_request.set({})


def _end(**_signal: Any) -> None:
    _of_request.set(None)


def _read_anew(**_signal: Any) -> None:
    kept = _of_request.get()
    if kept is not None:
        kept.clear()
