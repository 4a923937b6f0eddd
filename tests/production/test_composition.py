"""docker-compose.yml: safe by its form, and true to the project that it runs.

No engine runs it here: what is checked is what can be read.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from importlib.util import find_spec
from itertools import pairwise

import jsonschema
import pytest
import yaml

from marketplace.embedded.setup import PROJECT
from marketplace.settings import environment
from tests.production.composition import (
    EXAMPLE,
    FILE,
    VARIABLE,
    built_here,
    composition,
    dockerfile,
    instructions,
    postgres_settings,
    read,
    services,
    variables,
)

EXPECTED = {
    "migrate", "api", "worker", "beat", "storefront", "dashboard", "postgres", "redis", "mail",
}  # fmt: skip
# Why not, is said beside it in the file.
NOT_READ_ONLY = {"dashboard"}
STARTS_AS_ROOT = {"dashboard"}
ENDS = {"migrate"}
SERVICES = sorted(EXPECTED)


def test_the_services_are_these():
    assert set(services()) == EXPECTED
    assert services()["mail"]["profiles"] == ["trial"]


def wrong_by_the_specification(found: dict) -> list[str]:
    """What the Compose specification's own schema says of a file."""
    folder = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = jsonschema.validators.validator_for(found)(json.loads(folder.read_text()))
    return [f"{error.json_path}: {error.message}" for error in schema.iter_errors(found)]


def test_it_is_as_the_compose_specification_says():
    assert wrong_by_the_specification(composition()) == []


def test_what_is_not_would_be_found():
    text = FILE.read_text(encoding="utf-8")
    for right, wrong in (
        ("read_only: true", "readonly: true"),
        ("service_healthy", "service_well"),
    ):
        assert wrong_by_the_specification(read(text.replace(right, wrong)))
    once = "  WELFAREPIU_LOG_FORMAT: json\n"
    with pytest.raises(yaml.constructor.ConstructorError, match="written twice"):
        read(text.replace(once, once * 2))


def test_who_comes_by_the_proxy_is_told_apart():
    """Passwords are counted by address: with none trusted, all clients would have the proxy's."""
    told = services()["api"]["environment"]
    assert told["WELFAREPIU_PROXIES"] == "${WELFAREPIU_PROXIES:-1}"
    assert services()["storefront"]["environment"]["STOREFRONT_PROXIES"].endswith(":-1}")


def test_what_it_names_it_has():
    for name, one in services().items():
        assert set(one["networks"]) <= set(composition()["networks"]), name
        assert set(one.get("depends_on", {})) <= set(services()), name
        for waited_for, how in one.get("depends_on", {}).items():
            healthy = how["condition"] == "service_healthy"
            assert healthy == ("healthcheck" in services()[waited_for]), name


@pytest.mark.parametrize("name", SERVICES)
def test_it_comes_back_by_itself(name):
    wanted = "no" if name in ENDS else "unless-stopped"
    assert services()[name]["restart"] == wanted


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in ENDS])
def test_it_says_how_it_is(name):
    check = services()[name]["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries"} <= set(check)


@pytest.mark.parametrize("name", SERVICES)
def test_it_has_no_rights_that_it_does_not_need(name):
    service = services()[name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")
    assert "docker.sock" not in yaml.safe_dump(service)
    assert ("cap_add" in service) == (name in STARTS_AS_ROOT)


@pytest.mark.parametrize("name", SERVICES)
def test_its_files_are_read_only(name):
    assert services()[name].get("read_only", False) == (name not in NOT_READ_ONLY)


@pytest.mark.parametrize("name", SERVICES)
def test_it_is_nobody_special(name):
    if name in STARTS_AS_ROOT:
        return
    user = services()[name].get("user")
    if user is None:
        users = [rest for word, rest in instructions(name) if word == "USER"]
        assert users, "the image says who it runs as"
        user = users[-1]
    assert str(user).split(":")[0] not in {"root", "0"}


@pytest.mark.parametrize("name", SERVICES)
def test_its_ports_are_on_loopback_and_its_logs_end(name):
    for port in services()[name].get("ports", []):
        assert port.startswith("127.0.0.1:")
    assert services()[name]["logging"]["options"]["max-size"]


def test_database_and_queue_have_no_port_and_no_way_out():
    assert composition()["networks"]["inside"]["internal"] is True
    for name in ("postgres", "redis"):
        assert services()[name]["networks"] == ["inside"]
        assert "ports" not in services()[name]
    assert services()["storefront"]["networks"] == ["outside"]


def images() -> dict[str, str]:
    """Every image: those of the services, and those that ours are made from."""
    found = {f"{name}: {one['image']}": one["image"] for name, one in services().items()}
    for name in built_here():
        for word, rest in instructions(name):
            if word == "FROM":
                found[f"{name} from {rest.split()[0]}"] = rest.split()[0]
    return found


@pytest.mark.parametrize("image", images().values(), ids=list(images()))
def test_every_image_is_pinned_to_a_whole_version(image):
    tag = image.rpartition(":")[2]
    assert re.match(r"v?\d+\.\d+(\.\d+)?([-.]|$)", tag), image
    assert "latest" not in tag


def test_saleor_is_the_version_that_was_tried():
    assert ("FROM", "ghcr.io/saleor/saleor:3.23.28") in instructions("api")
    assert services()["dashboard"]["image"].startswith("ghcr.io/saleor/saleor-dashboard:3.23.")


def test_the_images_of_one_build_are_one():
    makers: dict[str, set[str]] = {}
    for one in built_here().values():
        makers.setdefault(one["image"], set()).add(one["build"]["dockerfile"])
    assert all(len(files) == 1 for files in makers.values())
    assert len(makers) == 3


@pytest.mark.parametrize("name", sorted(built_here()))
def test_what_a_dockerfile_copies_is_there_and_let_through(name):
    assert (PROJECT / services()[name]["build"]["context"]).resolve() == PROJECT
    let_through = [
        line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    ]
    for word, rest in instructions(name):
        if word != "COPY" or rest.startswith("--from"):
            continue
        for source in rest.split()[:-1]:
            assert (PROJECT / source).exists(), source
            assert any((PROJECT / source).match(one) for one in let_through), source


@pytest.mark.parametrize("name", ["api", "storefront"])
def test_what_is_installed_is_hashed(name):
    for line in re.findall(r"pip install[^&\n]*", dockerfile(name)):
        hashed = "--require-hashes -r" in line
        ours = "--no-deps" in line and "wheel/*.whl" in line
        assert hashed or ours, line
    for file in re.findall(r"requirements/(\w+\.txt)", dockerfile(name)):
        text = (PROJECT / "requirements" / file).read_text()
        pinned = re.findall(r"^[\w.-]+==\S+.*\\$", text, re.MULTILINE)
        assert pinned
        assert len(re.findall("--hash=sha256:", text)) >= len(pinned)


def modules() -> set[str]:
    """What commands and health checks start: modules of Python."""
    found = set()
    for service in services().values():
        check = service.get("healthcheck", {}).get("test", [])
        for words in (list(service.get("command", [])), list(check)):
            found |= {after for word, after in pairwise(words) if word == "-m"}
            found |= {word.removeprefix("--app=") for word in words if word.startswith("--app=")}
            found |= {word.split(":")[0] for word in words if word.endswith(":application")}
    for name in built_here():
        for word, rest in instructions(name):
            if word == "CMD":
                found |= set(re.findall(r'"(?:python:)?((?:marketplace|storefront)[\w.]*)', rest))
    return found


def test_modules_are_found():
    assert {
        "marketplace", "marketplace.api.serve", "marketplace.background",
        "marketplace.operation.probe", "storefront.wsgi", "storefront.gunicorn_conf",
    } <= modules()  # fmt: skip


@pytest.mark.parametrize("module", sorted(modules()))
def test_what_a_command_starts_is_in_the_project(module):
    assert find_spec(module) is not None


def test_commands_of_django_exist():
    from django.core.management import get_commands

    for service in services().values():
        command = service.get("command", [])
        if command[:3] == ["python", "-m", "marketplace"]:
            assert command[3] in get_commands()


def code_of(*tops: str) -> str:
    files = [file for top in tops for file in (PROJECT / top).rglob("*.py")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def test_every_variable_that_is_given_is_read():
    ours = code_of("marketplace", "plugins")
    for name in ("migrate", "api", "worker", "beat"):
        for given in services()[name]["environment"]:
            by_libraries = given == "DJANGO_SETTINGS_MODULE" or given.startswith("OTEL_")
            assert f'"{given}"' in ours or by_libraries, given
    theirs = code_of("storefront")
    for given in services()["storefront"]["environment"]:
        assert f'"{given}"' in theirs, given


def test_every_variable_that_is_required_is_given():
    assert set(environment.REQUIRED) <= set(services()["api"]["environment"])
    needed = re.findall(r'os\.environ\["(\w+)"\]', code_of("storefront"))
    by_image = {line.split("=")[0] for word, line in instructions("storefront") if word == "ENV"}
    assert set(needed) <= {*services()["storefront"]["environment"], *by_image}
    assert services()["api"]["environment"]["DJANGO_SETTINGS_MODULE"] == (
        "marketplace.settings.production"
    )


SECRET = re.compile(r"KEY|SECRET|PASSWORD|TOKEN|EMAIL|HOST$")


def test_no_secret_has_a_default():
    for name, uses in variables().items():
        for kind, more in uses:
            if SECRET.search(name):
                assert kind == "?", f"{name} has to be asked for"
                assert more.startswith(f"Set {name} in .env")
                assert more.endswith(".")
            else:
                assert kind == "-", name
                assert more, f"{name} needs a default"


def test_no_secret_is_in_the_file_or_in_an_image():
    for name in services():
        given = services()[name].get("environment", {})
        for variable, value in given.items():
            if SECRET.search(variable) and variable not in {"ALLOWED_HOSTS"}:
                assert VARIABLE.search(str(value)), f"{name}: {variable}"
    for name in built_here():
        set_in_image = [rest for word, rest in instructions(name) if word in {"ENV", "ARG"}]
        assert not any(re.search("KEY|SECRET|PASSWORD|TOKEN", line) for line in set_in_image)


def test_passwords_are_on_no_command_line():
    for service in services().values():
        words = " ".join(map(str, service.get("command", [])))
        assert not re.search(r"(?<!\$)\$\{\w*(PASSWORD|SECRET|KEY|TOKEN)", words)


def test_the_example_says_every_variable_with_a_sentence_and_no_secret():
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    said = {}
    for before, line in zip(["", *lines], lines, strict=False):
        if line and not line.startswith("#"):
            name, _equals, value = line.partition("=")
            said[name] = value
            assert before.startswith("#") or before.partition("=")[0] in said, name
    assert set(said) == set(variables())
    for name, value in said.items():
        ((kind, default),) = {
            (kind, "" if kind == "?" else more) for kind, more in variables()[name]
        }
        assert value == default, name
        assert kind in {"?", "-"}


def test_the_demo_territory_comes_only_where_asked_for():
    assert variables()["WELFAREPIU_DEMO_TERRITORY"] == {("-", "0")}


def test_everybody_waits_for_the_one_that_migrates():
    for name in ("api", "worker", "beat"):
        assert services()[name]["depends_on"]["migrate"] == {
            "condition": "service_completed_successfully"
        }
    assert services()["migrate"]["command"][-1] == "migrate_once"
    assert services()["storefront"]["depends_on"]["api"] == {"condition": "service_healthy"}


def test_every_volume_is_declared_and_used():
    used = {
        volume.split(":")[0] for one in services().values() for volume in one.get("volumes", [])
    }
    assert used == set(composition()["volumes"])


def test_postgresql_archives_its_wal_and_logs_nobodys_words():
    given = postgres_settings()
    assert given["archive_mode"] == "on"
    assert "archive:/archive" in services()["postgres"]["volumes"]
    assert "/archive/%f" in given["archive_command"]
    assert given["log_min_error_statement"] == "panic"
    assert given["log_error_verbosity"] == "terse"


def test_the_repository_keeps_no_env_file():
    ignored = (PROJECT / ".gitignore").read_text().splitlines()
    assert ".env" in ignored
    assert FILE.exists()
