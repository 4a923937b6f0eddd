"""A Saleor that nobody has tried with this is refused before anything is read or written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from marketplace.embedded.setup import PROJECT
from tests.production.test_settings import GOOD


def begin(saleor: Path, settings: str) -> str:
    """What a process says whose Saleor is the one in that folder."""
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=PROJECT,
        env=GOOD
        | {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(saleor),
            "DJANGO_SETTINGS_MODULE": f"marketplace.settings.{settings}",
            "WELFAREPIU_DATA": str(saleor / "data"),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode
    return done.stderr


def a_saleor(folder: Path, version: str, *parts: str) -> Path:
    """As much of a Saleor of that version as tells which one it is."""
    for part in ("saleor", *(f"saleor/{part}" for part in parts)):
        (folder / part).mkdir()
        (folder / part / "__init__.py").touch()
    (folder / "saleor" / "__init__.py").write_text(f'__version__ = "{version}"\n')
    (folder / "saleor" / "settings.py").write_text("raise SystemExit('it was read')\n")
    about = folder / f"saleor-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: saleor\nVersion: {version}\n")
    return folder


@pytest.mark.parametrize("version", ["3.22.9", "3.24.0", "4.0.0", "3.230.1"])
def test_another_3_is_refused_with_a_sentence(tmp_path, version):
    said = begin(a_saleor(tmp_path, version, "channel"), "production")
    assert f"This is Saleor {version}; WELFAREPIU runs on Saleor 3.23" in said
    assert "it was read" not in said


def test_another_2_is_refused_with_a_sentence(tmp_path):
    said = begin(a_saleor(tmp_path, "2.11.0"), "production")
    assert "This is Saleor 2.11.0; WELFAREPIU runs on Saleor 2.10.1" in said
    assert "it was read" not in said
