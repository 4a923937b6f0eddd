"""Requests that are made to break the endpoint or to hold it: refused soon, with a code."""

from __future__ import annotations

import json
import time
from importlib import import_module

import pytest
from django.test import Client
from graphql.utils.introspection_query import introspection_query

from marketplace.api.documents import document
from marketplace.refusals import Refusal
from tests.graphql_client import codes_of

pytestmark = pytest.mark.django_db

SECONDS = 2.0


@pytest.fixture(scope="module", autouse=True)
def _started():
    """What is timed is a request, not the first one's building of the schema."""
    import_module("marketplace.api.urls")


def post(body: bytes, kind: str = "application/json", **headers: str):
    return Client().post("/graphql/", body, content_type=kind, **headers)


def codes(response) -> set[str]:
    answers = response.json()
    return {
        code for one in ([answers], answers)[isinstance(answers, list)] for code in codes_of(one)
    }


def aliases(count: int, field: str) -> str:
    return "{ " + " ".join(f"a{number}: {field}" for number in range(count)) + " }"


LISTINGS = "listings(first: 100) { edges { node { id name provider { name } } } }"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (aliases(1_000, LISTINGS), "QUERY_TOO_LONG"),
        (aliases(500, LISTINGS), "QUERY_TOO_COMPLEX"),
        (aliases(100, LISTINGS), "QUERY_TOO_COMPLEX"),
        (aliases(31, "fund { name }"), "QUERY_TOO_COMPLEX"),
        ("{ me { " + "email " * 1_001 + "} }", "QUERY_TOO_COMPLEX"),
        ("{ " + "me { email } " * 600 + "}", "QUERY_TOO_COMPLEX"),
        ("mutation { " + 'tokenCreate(email: "a", password: "b") { token } ' * 31 + "}", ""),
    ],
)
def test_a_query_that_asks_for_too_much_is_refused_soon(api, query, code):
    begun = time.process_time()
    assert api.refused(query) == [code or "QUERY_TOO_COMPLEX"]
    assert time.process_time() - begun < SECONDS


def test_the_rows_of_lists_in_lists_multiply(api):
    nested = """{ categories(first: 100) { edges { node { children(first: 10) { edges { node {
      products(first: %s) { totalCount } } } } } } } }"""
    assert api.refused(nested % 20) == ["QUERY_TOO_COMPLEX"]
    assert api.refused(nested % 9) == []


def test_a_page_of_a_variable_counts_what_the_variable_says(api):
    query = """query($n: Int) { categories(first: 100) { edges { node { children(first: 10) {
      edges { node { products(first: $n) { totalCount } } } } } } } }"""
    assert api.refused(query, {"n": 100}) == ["QUERY_TOO_COMPLEX"]
    assert api.refused(query, {"n": 5}) == []
    assert api.refused(query, {"n": 10_000}) == ["INVALID_PAGE"]
    assert api.refused(query, {"n": "1" * 5_000}) == ["INVALID_PAGE"]


@pytest.mark.parametrize("size", ["0", "-1", "101", "2147483647", "9" * 5_000])
def test_pages_of_saleors_lists_have_the_same_limits_as_ours(api, size):
    for name in ("products", "listings"):
        assert api.refused(f"{{ {name}(first: {size}) {{ totalCount }} }}") == ["INVALID_PAGE"]


def test_the_operations_of_one_request_share_its_limits():
    entry = {"query": aliases(29, "fund { name }")}
    assert codes(post(json.dumps([entry] * 2).encode())) >= {"QUERY_TOO_COMPLEX"}
    assert "QUERY_TOO_COMPLEX" not in codes(post(json.dumps([entry]).encode()))


def exponential(leaf: str) -> str:
    """Each fragment twice in the one before: 2**40 ways through 40 of them."""
    chain = " ".join(f"fragment f{n} on User {{ ...f{n + 1} ...f{n + 1} }}" for n in range(40))
    return f"{{ me {{ ...f0 }} }} {chain} {leaf}"


def complete(count: int) -> str:
    """Each fragment spreads all that come after it."""
    fragments = (
        f"fragment f{n} on User {{ email {' '.join(f'...f{m}' for m in range(n + 1, count))} }}"
        for n in range(count)
    )
    return "{ me { ...f0 } } " + " ".join(fragments)


@pytest.mark.parametrize(
    "query",
    [exponential("fragment f40 on User { email }"), exponential(""), complete(50)],
    ids=["doubling", "doubling-to-nothing", "complete"],
)
def test_fragments_that_multiply_are_refused_soon(api, query):
    begun = time.process_time()
    assert api.refused(query) == ["QUERY_TOO_COMPLEX"]
    assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize(
    "fragments",
    [
        "fragment f0 on User { ...f0 }",
        "fragment f0 on User { ...f1 } fragment f1 on User { email ...f0 }",
        "fragment f0 on User { email } fragment f1 on User { ...f2 } fragment f2 on User { ...f1 }",
    ],
)
def test_fragments_in_a_circle_are_refused(api, fragments):
    assert api.refused("{ me { ...f0 } } " + fragments) == ["INVALID_QUERY"]


def test_introspection_still_works(api):
    answer = api.data(introspection_query)
    assert {"Purchase", "Order"} <= {one["name"] for one in answer["__schema"]["types"]}


def test_a_document_that_is_refused_is_not_kept():
    kept = document.cache_info().currsize
    with pytest.raises(Refusal):
        document(aliases(1_000, "fund { name email balance }"))
    assert document.cache_info().currsize == kept


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ('{ myPurchase(orderNumber: "a\\u0000b") { id } }', None),
        ('{ myPurchase(orderNumber: "a\\ud83d") { id } }', None),
        ('{ myPurchase(orderNumber: "a\ud83d") { id } }', None),
        ("query($n: String!) { myPurchase(orderNumber: $n) { id } }", {"n": "a\x00b"}),
        ("query($n: String!) { myPurchase(orderNumber: $n) { id } }", {"n": "\udc00"}),
        ("query($n: String!) { myPurchase(orderNumber: $n) { id } }", {"n": "1", "\x00": [["x"]]}),
        ('mutation { tokenCreate(email: "a\\u0000", password: "b") { token } }', None),
    ],
)
def test_text_that_no_column_can_hold_is_refused(api, query, variables):
    assert api.refused(query, variables) == ["INVALID_TEXT"]


def test_a_name_that_no_answer_can_hold_is_refused():
    body = b'{"query": "query a { me { email } }", "operationName": "a\\ud83d"}'
    assert codes(post(body)) == {"INVALID_TEXT"}


def test_a_backslash_before_what_looks_like_an_escape_is_text(api):
    query = r'{ listings(first: 1, filter: { search: "a\\u0000b" }) { totalCount } }'
    assert api.refused(query) == []


@pytest.mark.parametrize("value", ['""', '"T"', '"-"', '"+12026-01-01"', "[1]", "{a: 1}", "7"])
def test_a_value_that_its_scalar_cannot_read_is_refused(api, value):
    for argument in (f"until: {value}", f"amount: {value}", f"since: {value}"):
        query = f'mutation {{ employmentEnd(id: "x", {argument}) {{ errors {{ code }} }} }}'
        assert set(api.refused(query)) == {"INVALID_QUERY"}


@pytest.mark.parametrize("scalar", ["Date", "DateTime", "Time", "Decimal", "JSONString", "UUID"])
@pytest.mark.parametrize("value", ["", "T", "-", [], {}, True, 10**400, "2026-01-01T23:59:60"])
def test_no_scalar_breaks_on_a_variable(api, scalar, value):
    from marketplace.api.schema import schema

    known = schema().get_type_map().get(scalar)
    if known is not None:
        known.parse_value(value)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"[" * 100_000, "application/json"),
        (b'{"query": "{ me { email } }", "variables": ' + b"[" * 900 + b"]" * 900 + b"}", ""),
        (b'{"query": "{ me { email } }", "operationName": ["x"]}', ""),
        (b'{"query": "{ me { email } }", "operationName": {}}', ""),
        (b'{"query": "{ me { email } }", "operationName": "other"}', ""),
        (b'{"query": "query a { me { email } } query b { me { email } }"}', ""),
        (b'{"query": ["{ me { email } }"]}', ""),
        (b'{"query": "{ me { email } }", "variables": "x"}', ""),
        (b"\xff\xfe{}", "application/json"),
        (b"{}", "text/plain"),
        (b"query=%7B", "application/x-www-form-urlencoded"),
        (b"\xff", "application/graphql"),
        (b"--b\r\nnothing", "multipart/form-data; boundary=b"),
        (b"nothing", "multipart/form-data"),
    ],
)
def test_a_body_that_is_made_wrong_is_refused(body, kind):
    response = post(body, kind or "application/json")
    assert response.status_code == 400
    assert codes(response) <= {"INVALID_QUERY", "INVALID_REQUEST"}


def test_variables_that_nest_deep_are_refused_or_ignored():
    deep = b'{"query": "{ me { email } }", "variables": {"a": ' + b"[" * 990 + b"]" * 990 + b"}}"
    assert codes(post(deep)) <= {"INVALID_QUERY", "INVALID_REQUEST"}


@pytest.mark.parametrize(
    ("operations", "files"),
    [
        ("not json", "{}"),
        ("[]", "{}"),
        ("7", "{}"),
        ("{}", '{"0": ["variables.x"]}'),
        ("{}", "[1]"),
    ],
)
def test_a_form_that_is_made_wrong_is_refused(operations, files):
    response = Client().post("/graphql/", {"operations": operations, "map": files})
    assert response.status_code == 400
    assert codes(response) <= {"INVALID_QUERY", "INVALID_REQUEST"}


@pytest.mark.parametrize(
    "header",
    ["JWT", "JWT ", "JWT \x00", "JWT é", "Bearer \x00", "Bearer " + "x" * 5_000, "jwt a b"],
)
def test_a_header_that_is_no_token_is_refused_or_nobodys(header):
    query = json.dumps({"query": "{ myMemberships { role } }"}).encode()
    response = post(query, HTTP_AUTHORIZATION=header)
    assert codes(response) <= {"INVALID_TOKEN", "NOT_SIGNED_IN"}


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "e30=",
        "W10=",
        "WzFd",
        "W251bGxd",
        "WyJhXHUwMDAwIl0=",
        "WzFlNDAwXQ==",
        "4pyT",
        "W1tdXQ==",
    ],
)
def test_a_cursor_of_another_list_is_refused(api, cursor):
    query = "query($c: String) { %s(first: 1, after: $c) { totalCount edges { cursor } } }"
    for name in ("listings", "providers", "comuni", "charterVersions"):
        assert set(api.refused(query % name, {"c": cursor})) <= {"INVALID_PAGE"}
