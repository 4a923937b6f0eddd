"""Every GraphQL document of ours is one that the API answers on either engine."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from graphql import build_ast_schema, parse
from graphql.validation import validate

from fixtures.demo import documents as story
from marketplace.api import committed
from marketplace.shop import engine
from tests.storefront.test_documents import DOCUMENTS, is_fragment, name_of, whole

PROJECT = Path(__file__).resolve().parents[2]
SCHEMAS = PROJECT / "marketplace" / "api" / "schemas"
# Saleor's own schema, where whoever tests has it beside the project.
DESCRIPTION = re.compile(r'"""[\s\S]*?"""|^\s*"(?:[^"\\\n]|\\.)*"\s*$', re.MULTILINE)
SALEORS = PROJECT.parent / "shared" / "data" / "saleor-3.23.28.schema.graphql"

STOREFRONT = {name_of(file): whole(file) for file in DOCUMENTS if not is_fragment(whole(file))}
STORY = {
    f"story/{name}": text
    for name, text in vars(story).items()
    if name.isupper() and isinstance(text, str) and "{" in text and name != "ERRORS"
}
# Saleor's steps are said in each engine's own words: two files with one name.
STEPS = {
    one: re.findall(r'"""((?:mutation|query)\b.*?)"""', file.read_text(encoding="utf-8"), re.S)
    for one in engine.SCHEMAS
    for file in [PROJECT / "tests" / "engine" / one / "dialect.py"]
}


@cache
def schema(file: Path):
    # Descriptions are newer than this parser.
    text = DESCRIPTION.sub("", file.read_text(encoding="utf-8"))
    return build_ast_schema(parse(text.replace(" & ", ", ")))


def errors(file: Path, text: str) -> list[str]:
    return [str(error) for error in validate(schema(file), parse(text))]


@pytest.mark.parametrize("one", sorted(engine.SCHEMAS))
@pytest.mark.parametrize("name", sorted(STOREFRONT | STORY))
def test_either_engine_answers_it(one, name):
    assert not errors(SCHEMAS / engine.SCHEMAS[one], (STOREFRONT | STORY)[name])


@pytest.mark.parametrize("one", sorted(engine.SCHEMAS))
def test_each_engine_answers_its_own_words(one):
    assert STEPS[one]
    for text in STEPS[one]:
        found = errors(SCHEMAS / engine.SCHEMAS[one], text)
        assert not found, text


def test_words_of_another_engine_would_be_found():
    assert any(errors(SCHEMAS / engine.SCHEMAS["saleor2"], text) for text in STEPS["saleor3"])


def saleors_own(text: str) -> bool:
    """Whether a document asks for nothing of ours."""
    theirs = schema(SALEORS).get_type_map()
    roots = {"query": theirs["Query"].fields, "mutation": theirs["Mutation"].fields}
    return "welfareErrors" not in text and all(
        field.name.value in roots[operation.operation]
        for operation in parse(text).definitions
        if hasattr(operation, "operation")
        for field in operation.selection_set.selections
    )


@pytest.mark.parametrize("present", [SALEORS] if SALEORS.exists() else [])
def test_what_is_saleors_own_is_answered_by_saleor(present):
    texts = [*(STOREFRONT | STORY).values(), *STEPS["saleor3"]]
    own = [text for text in texts if saleors_own(text)]
    assert len(own) >= 4
    for text in own:
        assert not errors(present, text), text


@pytest.mark.parametrize("present", [SALEORS] if SALEORS.exists() else [])
def test_ours_has_all_that_saleors_has(present):
    composed = schema(SCHEMAS / engine.SCHEMAS["saleor3"]).get_type_map()
    missing = [
        f"{name}.{field}"
        for name, type_ in schema(present).get_type_map().items()
        if not name.startswith("__")
        for field in getattr(type_, "fields", {}) or [""]
        if name not in composed or (field and field not in composed[name].fields)
    ]
    assert missing == []


SALEOR = (
    "type A {\n  a: Int\n}\n\ntype Mutation {\n  m: A\n}\n\ntype Query {\n  q: A\n  _s: Int\n}\n"
)
OTHER = SALEOR.replace("q: A", "other: A")
BEFORE = SALEOR.replace("  _s", "  old: Old\n  _s") + "\ntype Old {\n  x: Int\n}\n"
NOW = SALEOR.replace("  _s", "  new: New\n  _s").replace(
    "\ntype Query", "\ntype New {\n  y: Int\n}\n\ntype Query"
)


def test_what_is_ours_is_carried_over():
    other_before = committed.carried(BEFORE, SALEOR, SALEOR, OTHER)
    assert "old: Old" in other_before
    assert "other: A" in other_before
    after = committed.carried(NOW, BEFORE, SALEOR, other_before)
    assert after == NOW.replace("q: A", "other: A")
    assert committed.carried(NOW, NOW, SALEOR, after) == after
