"""The figures of a process that serves no requests: on a port of its own, where one is named.

``WELFAREPIU_METRICS_PORT`` names it. ``WELFAREPIU_METRICS_ADDRESS`` says where it listens: loopback
if that is not set, every address in a container whose ports nobody publishes.
"""

from __future__ import annotations

import os
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from marketplace.operation import metrics


def serve(**_given: Any) -> None:
    """Answer Prometheus from a thread of this process; nothing where no port is named."""
    port = os.environ.get("WELFAREPIU_METRICS_PORT")
    if not port:
        return
    registry = REGISTRY
    if os.environ.get(metrics.FOLDER):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    address = os.environ.get("WELFAREPIU_METRICS_ADDRESS", "127.0.0.1")
    start_http_server(int(port), addr=address, registry=registry)
