"""Our wheel and its hashed extras on top of what Saleor 3.23 needs, as the Dockerfile does it.

In an environment of its own, away from this project's folder: what works there works in the image.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
import saleor
from django.conf import settings

from marketplace.embedded.setup import PROJECT
from tests.embedded.conftest import url_of
from tests.engine.saleor3.production import with_password
from tests.production.test_settings import GOOD
from tests.production.test_wheel import wheel  # noqa: F401 (a fixture)

Run = Callable[..., str]


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory) -> Path:  # noqa: F811
    """An interpreter that finds Saleor and its requirements, our wheel, and nothing of the tree."""
    fresh = tmp_path_factory.mktemp("image")
    venv.create(fresh, symlinks=True)
    (packages,) = fresh.glob("lib/python*/site-packages")
    beneath = [sysconfig.get_path("purelib"), str(Path(saleor.__file__).parents[1])]
    (packages / "saleors-image.pth").write_text("\n".join(beneath))
    made = fresh / "bin" / "python"
    hashed = ["--require-hashes", "-r", str(PROJECT / "requirements" / "production.txt")]
    for what in (hashed, [str(wheel)]):
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"),
                *("--python", str(made), "install", "--no-deps", "--ignore-installed", *what),
            ],
            check=True,
        )
    return made


@pytest.fixture
def run(python, tmp_path, db) -> Run:
    """``run("-m", "marketplace", ...)`` in production's settings; what it said."""
    told = GOOD | {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "marketplace.settings.production",
        "RSA_PRIVATE_KEY": settings.RSA_PRIVATE_KEY,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATABASE_URL": with_password(url_of(settings.DATABASES["default"]["NAME"])),
    }

    def command(*words: str) -> str:
        done = subprocess.run(
            [str(python), *words], cwd=tmp_path, env=told, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return command


PLUGINS = [
    "plugins.ethics_charter",
    "plugins.sfa_logistics",
    "plugins.solidarity_fund",
    "plugins.welfare_wallet",
]
LOOK = """
import django, importlib.metadata, json, pathlib
django.setup()
from django.conf import settings
from django.template.loader import get_template
from marketplace.api.schema import schema
import marketplace, plugins
print(json.dumps({
    "from": [str(pathlib.Path(one.__path__[0])) for one in (marketplace, plugins)],
    "plugins": sorted(one.name for one in importlib.metadata.entry_points(group="saleor.plugins")),
    "catalogues": all(pathlib.Path(one).is_dir() for one in settings.LOCALE_PATHS),
    "types": len(schema().get_type_map()),
}))
"""


@pytest.mark.slow
def test_it_works_from_the_wheel_alone(run, python):
    assert "no issues" in run("-m", "marketplace", "check")
    # Its migrations, and the SQL that they read, are those of the database that is here.
    run("-m", "marketplace", "migrate", "--check")
    found = json.loads(run("-c", LOOK).splitlines()[-1])
    assert all(one.startswith(str(python.parents[1])) for one in found["from"])
    assert found["plugins"] == PLUGINS
    assert found["catalogues"]
    assert found["types"] > 1000
