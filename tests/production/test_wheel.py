"""Our wheel holds all that the installed project reads and nothing else, and works elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from marketplace.embedded import setup
from marketplace.embedded.setup import PROJECT
from tests.production.test_settings import GOOD, LOOK

TOPS = ("marketplace", "plugins", "fixtures")
NOT_SOURCE = {"__pycache__"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built as the Dockerfile does, from a copy: building leaves files where it works."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for top in TOPS:
        shutil.copytree(PROJECT / top, source / top, ignore=shutil.ignore_patterns(*NOT_SOURCE))
    for name in ("pyproject.toml", "MANIFEST.in", "README.md"):
        shutil.copy(PROJECT / name, source / name)
    setup.compile_catalogues(Path(sys.prefix), source)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"),
            *("--no-deps", "--no-build-isolation", "--wheel-dir", str(out), str(source)),
        ],
        check=True,
    )
    (made,) = out.glob("*.whl")
    return made


def sources() -> set[str]:
    found = set()
    for top in TOPS:
        for file in (PROJECT / top).rglob("*"):
            if file.is_file() and not NOT_SOURCE & set(file.parts) and file.suffix != ".mo":
                found.add(file.relative_to(PROJECT).as_posix())
    return found


def test_everything_of_ours_is_in_it_and_nothing_else(wheel):
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert sources() - held == set()
    compiled = {name for name in held if name.endswith(".mo")}
    assert "marketplace/locale/it/LC_MESSAGES/django.mo" in compiled
    assert held - sources() - compiled == set()
    kinds = {Path(name).suffix for name in held}
    assert {".py", ".sql", ".graphql", ".email", ".html", ".mo", ".json"} <= kinds


def test_its_plugins_are_found_by_saleor_and_exist(wheel):
    packed = zipfile.ZipFile(wheel)
    (listed,) = [name for name in packed.namelist() if name.endswith("entry_points.txt")]
    lines = packed.read(listed).decode().splitlines()
    assert lines[0] == "[saleor.plugins]"
    plugins = [line.split(" = ") for line in lines[1:] if line]
    from django.conf import settings

    for app, value in plugins:
        assert app in settings.INSTALLED_APPS
        found = EntryPoint(app, value, "saleor.plugins").load()
        assert f"{found.__module__}.{found.__name__}" in settings.PLUGINS
    ours = [one for one in settings.PLUGINS if one.startswith("plugins.")]
    assert len(plugins) == len(ours)


def test_it_works_where_nothing_else_of_the_project_is(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path)
    code = LOOK + (
        "import marketplace, pathlib\n"
        f"assert str(pathlib.Path(marketplace.__file__)).startswith({str(tmp_path)!r})\n"
        "from django.utils import translation\n"
        "from marketplace.operation.health import CHECKS\n"
        "translation.activate('it')\n"
        "assert all(pathlib.Path(one).is_dir() for one in settings.LOCALE_PATHS)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={
            **GOOD,
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "marketplace.settings.production",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
