"""``python -m marketplace.api.serve``: the API on Saleor 3, under uvicorn in several processes."""

from __future__ import annotations

import argparse
import os
import socket
import sys

from marketplace.operation.forking import Crew

# Longer than proxies keep a connection that nobody uses, so that they close it and not we.
KEEP_ALIVE_SECONDS = 35
# For requests that are under way when the end is asked for.
GRACE_SECONDS = 30
BACKLOG = 2048


def serve(listening: socket.socket) -> None:
    """Serve until SIGTERM comes; what is under way is finished."""
    import uvicorn

    # Here and not before: threads and connections that are made while it loads live in one process.
    from marketplace.api.asgi import application

    config = uvicorn.Config(
        application,
        ws="none",
        server_header=False,
        access_log=False,
        # The settings say how lines are written.
        log_config=None,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listening])


def main() -> int:
    parser = argparse.ArgumentParser(prog="marketplace.api.serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    # As Saleor's own settings ask: what the first process sets, the others have.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.production")
    with socket.create_server((given.host, given.port), backlog=BACKLOG) as listening:
        return Crew(given.workers, lambda: serve(listening)).keep()


if __name__ == "__main__":
    sys.exit(main())
