"""Every GraphQL document of the storefront is one that the committed schema answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import build_ast_schema, parse
from graphql.validation import validate

PROJECT = Path(__file__).resolve().parents[2]
STOREFRONT = PROJECT / "storefront"
SCHEMA = PROJECT / "marketplace" / "api" / "schemas" / "saleor-2.10.graphql"
IMPORT = re.compile(r"^#import (\S+)$", re.MULTILINE)
DOCUMENTS = sorted(STOREFRONT.glob("*/documents/*.graphql"))


@pytest.fixture(scope="module")
def schema():
    return build_ast_schema(parse(SCHEMA.read_text(encoding="utf-8")))


def whole(file: Path) -> str:
    """A document with the files that it imports, as the storefront sends it."""
    text = file.read_text(encoding="utf-8")
    parts = [file_of(name) for name in dict.fromkeys(IMPORT.findall(text))]
    return "\n".join([text, *map(whole, parts)])


def file_of(name: str) -> Path:
    room, _slash, file = name.partition("/")
    return STOREFRONT / room / "documents" / f"{file}.graphql"


def name_of(file: Path) -> str:
    return f"{file.parent.parent.name}/{file.stem}"


def is_fragment(text: str) -> bool:
    return not re.search(r"^(query|mutation|subscription)\b", text, re.MULTILINE)


@pytest.mark.parametrize("file", DOCUMENTS, ids=name_of)
def test_the_schema_answers_it(schema, file):
    text = whole(file)
    if is_fragment(text):
        spread = re.findall(r"^fragment (\w+) on (\w+)", text, re.MULTILINE)
        assert spread, f"{file} holds neither an operation nor a fragment"
        return  # validated where it is spread
    errors = validate(schema, parse(text))
    assert not errors, "\n".join(str(error) for error in errors)


@pytest.mark.parametrize("file", DOCUMENTS, ids=name_of)
def test_somebody_asks_it(file):
    name = name_of(file)
    code = "".join(path.read_text(encoding="utf-8") for path in STOREFRONT.rglob("*.py"))
    documents = "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    assert f'"{name}"' in code or f"#import {name}\n" in documents, f"nobody asks {name}"


def test_a_document_that_asks_for_what_is_not_there_would_be_found(schema):
    assert validate(schema, parse("query { myWallets { colour } }"))
