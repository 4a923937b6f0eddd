"""``make check``: what can be said of the code without running it. Each check by name and time.

``python -m marketplace.embedded.check schema --write`` commits to the schema of now.
"""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SCHEMAS = PROJECT / "marketplace" / "api" / "schemas"
BIN = Path(sys.executable).parent
THIS = [sys.executable, "-m", "marketplace.embedded.check"]

CHECKS: dict[str, list[str]] = {
    "ruff check": [str(BIN / "ruff"), "check", "--quiet", "."],
    "ruff format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    "mypy": [str(BIN / "mypy")],
    "imports": [str(BIN / "lint-imports"), "--no-cache"],
    "uncreated migrations": [*THIS, "migrations"],
    "schema drift": [*THIS, "schema"],
}


def run(name: str, command: list[str]) -> bool:
    """Run one check; what it says is shown only where it fails."""
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    took = time.monotonic() - started
    print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name} ({took:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0


def start_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.test")
    import django

    django.setup()


def migrations() -> int:
    """Whether a model of ours differs from its migrations; Saleor's are not ours to judge."""
    start_django()
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command

    ours = [c.label for c in apps.get_app_configs() if c.name in settings.WELFAREPIU_ROOMS]
    call_command("makemigrations", *ours, check_changes=True, dry_run=True)
    return 0


def schema(*, write: bool) -> int:
    """Compare the API's schemas with those committed, or commit to them.

    The installed engine's is built; our part of it is carried over into the other engine's.
    """
    start_django()
    from marketplace.api import committed
    from marketplace.api.schema import schema as composed
    from marketplace.shop import engine
    from marketplace.shop.graphql import saleors_schema

    here = SCHEMAS / engine.SCHEMAS[engine.NAME]
    (other,) = (SCHEMAS / name for one, name in engine.SCHEMAS.items() if one != engine.NAME)
    now = committed.text_of(composed())
    before = here.read_text(encoding="utf-8")
    there = other.read_text(encoding="utf-8")
    carried = committed.carried(now, before, committed.text_of(saleors_schema()), there)
    if write:
        here.write_text(now, encoding="utf-8")
        other.write_text(carried, encoding="utf-8")
        return 0
    drifted = [_drift(here, before, now), _drift(other, there, carried)]
    if any(drifted):
        print(
            "The API's schema is not the one that is committed. Where that is meant: make schema."
        )
    return int(any(drifted))


def _drift(file: Path, committed: str, now: str) -> bool:
    """Whether a schema differs from its file; says how."""
    name = str(file.relative_to(PROJECT))
    changes = difflib.unified_diff(
        committed.splitlines(), now.splitlines(), name, "the API's", lineterm="", n=1
    )
    shown = list(changes)[:80]
    print("\n".join(shown), end="\n" if shown else "")
    return committed != now


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["migrations"]:
        return migrations()
    if arguments[:1] == ["schema"]:
        return schema(write="--write" in arguments)
    results = [run(name, command) for name, command in CHECKS.items()]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
