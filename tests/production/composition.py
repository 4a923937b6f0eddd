"""docker-compose.yml and the Dockerfiles, read as data."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import yaml

from marketplace.embedded.setup import PROJECT

FILE = PROJECT / "docker-compose.yml"
EXAMPLE = PROJECT / ".env.example"
# ${NAME}, ${NAME:-default}, ${NAME:?sentence}; $$ is a dollar.
VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<more>[^}]*))?\}")


class Strict(yaml.SafeLoader):
    """As `docker compose` reads: a key that is written twice is an error, not the last one's."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        # Before what is merged in comes in front, which a key of its own may replace.
        keys = [key.value for key, _value in node.value if key.tag != "tag:yaml.org,2002:merge"]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(
                "while reading a mapping", node.start_mark, f"{twice} is written twice"
            )
        super().flatten_mapping(node)


def read(text: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(text, Loader=Strict)  # noqa: S506 (it is safe's)
    return found


@cache
def composition() -> dict[str, Any]:
    return read(FILE.read_text(encoding="utf-8"))


def services() -> dict[str, dict[str, Any]]:
    return composition()["services"]


def command(service: str) -> list[str]:
    """A service's command line, its variables at their defaults."""
    return [
        VARIABLE.sub(lambda found: found["more"] or "", one)
        for one in services()[service]["command"]
    ]


def built_here() -> dict[str, dict[str, Any]]:
    """The services whose image is made of this project."""
    return {name: one for name, one in services().items() if "build" in one}


def variables() -> dict[str, set[tuple[str, str]]]:
    """``{"SECRET_KEY": {("?", "Set SECRET_KEY ...")}}``, of the whole file but its comments."""
    code = re.sub(r"^\s*#.*$", "", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found: dict[str, set[tuple[str, str]]] = {}
    for one in VARIABLE.finditer(code):
        found.setdefault(one["name"], set()).add((one["kind"] or "", one["more"] or ""))
    return found


def postgres_settings() -> dict[str, str]:
    """What the command gives the server: ``{"wal_level": "replica", ...}``."""
    options = services()["postgres"]["command"][1:]
    return dict(option.removeprefix("--").split("=", 1) for option in options)


def dockerfile(service: str) -> str:
    return (PROJECT / services()[service]["build"]["dockerfile"]).read_text(encoding="utf-8")


def instructions(service: str) -> list[tuple[str, str]]:
    """A Dockerfile's instructions, with lines that go on joined: ``("FROM", "python:3.12")``."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile(service), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(line.split(None, 1)[0], line.split(None, 1)[1].strip()) for line in lines if line]
