"""What log lines say of exceptions and of libraries' lines, and what they never say."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from django.db import IntegrityError, transaction

from marketplace.operation import logs, privacy, request_ids
from marketplace.refusals import Refusal

PRIVATE = [
    "anna.rossi+welfare@example.com",
    "eyJhbGciOiJIUzI1NiJ9.eyJlbWFpbCI6ImFubmEifQ.c2lnbmF0dXJlLW9mLWl0",
    "RSSNNA80A41E704K",
    "IT60X0542811101000000123456",
    "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
    "gAAAAABmJ3x-very-long-encrypted-text-of-somebody==",
    "203.0.113.77",
]


def line(logger: str, text: str, *arguments, error: BaseException | None = None, **extra) -> dict:
    record = logging.getLogger(logger).makeRecord(
        logger, logging.ERROR, __file__, 1, text, arguments,
        (type(error), error, error.__traceback__) if error else None, extra=extra,
    )  # fmt: skip
    both = logs.Json().format(record), logs.Text().format(record)
    assert "\n" not in both[0]
    return {**json.loads(both[0]), "text": both[1]}


def raised(by) -> BaseException:
    try:
        by()
    except Exception:
        found = sys.exc_info()[1]
        assert found is not None
        return found
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize("private", PRIVATE)
@pytest.mark.parametrize("logger", ["marketplace.x", "plugins.x", "django.request", "celery.x"])
def test_what_looks_private_is_struck_out(logger, private):
    for said in (
        line(logger, f"it was {private}, alas"),
        line(logger, "it was %s, alas", private),
        line(logger, "it was %(who)s, alas", {"who": private}),
    ):
        assert private not in json.dumps(said)
        assert "alas" in said["message"]


def test_a_librarys_words_of_somebody_are_left_out():
    said = line("some.library", "could not send %s to %d people", "my husband is ill", 3)
    assert said["message"] == "could not send … to 3 people"


def test_our_own_words_are_told():
    said = line("marketplace.sales", "%s differences need somebody to look", 3)
    assert said["message"] == "3 differences need somebody to look"


@pytest.mark.parametrize(
    "text",
    [
        "GET /reset?email=anna&token=abc",
        "password=hunter2-is-mine",
        "{'password': 'hunter2-is-mine'}",
        '{"token": "hunter2-is-mine"}',
        "Authorization: JWT hunter2-is-mine",
        "postgres://welfare:hunter2-is-mine@db/welfare",
    ],
)
def test_secrets_with_their_names_are_struck_out(text):
    said = line("django", text)
    assert "hunter2" not in json.dumps(said)
    assert "token=abc" not in json.dumps(said)


def test_an_exceptions_words_are_not_told_but_where_it_was_raised():
    def fail() -> None:
        raise ValueError("my husband is ill and the rent is due")

    said = line("marketplace.x", "it failed", error=raised(fail))
    (error,) = said["errors"]
    assert error["type"] == "ValueError"
    assert error["frames"][-1].endswith(" fail")
    assert "husband" not in json.dumps(said)


def test_the_interpreters_own_words_are_told():
    said = line("marketplace.x", "it failed", error=raised(lambda: None.lower()))
    assert "no attribute 'lower'" in said["errors"][0]["message"]


def test_causes_are_told_in_order():
    def fail() -> None:
        try:
            {}["the rent is due"]
        except KeyError as error:
            raise RuntimeError("of anna") from error

    said = line("marketplace.x", "it failed", error=raised(fail))
    assert [error["type"] for error in said["errors"]] == ["RuntimeError", "KeyError"]
    assert "from KeyError" in said["text"]
    assert "rent" not in json.dumps(said)


def test_a_refusal_is_told_by_its_code():
    error = raised(lambda: (_ for _ in ()).throw(Refusal("OUT_OF_STOCK", "Anna's honey is gone.")))
    said = line("marketplace.x", "refused", error=error)
    assert said["errors"][0]["code"] == "OUT_OF_STOCK"
    assert "honey" not in json.dumps(said)


def test_what_the_database_quotes_is_not_told_but_its_code(db, django_user_model):
    django_user_model.objects.create_user("anna@example.com", "password")

    def again() -> None:
        with transaction.atomic():
            django_user_model.objects.create_user("anna@example.com", "password")

    error = raised(again)
    assert isinstance(error, IntegrityError)
    assert "anna@example.com" in str(error)
    said = line("django.request", "Internal Server Error: %s", "/graphql/", error=error)
    assert "anna" not in json.dumps(said)
    (driver,) = [one for one in said["errors"] if "constraint_name" in one]
    assert driver["constraint_name"].endswith("email_key")


def test_celerys_lines_keep_name_and_id_and_lose_the_rest():
    error = raised(lambda: int("my husband is ill"))
    context = {
        "name": "marketplace.sales.tasks.x",
        "id": "2f9d1c1e-6f1b-4d5c-8f6e-0b8d6a5f1c11",
        "exc": repr(error),
        "args": "('anna@example.com',)",
        "traceback": "Traceback: my husband",
    }
    said = line(
        "celery.app.trace", "Task %(name)s[%(id)s] raised: %(exc)s %(args)s %(traceback)s",
        context, error=error,
    )  # fmt: skip
    assert "marketplace.sales.tasks.x[2f9d1c1e-6f1b-4d5c-8f6e-0b8d6a5f1c11]" in said["message"]
    assert "husband" not in json.dumps(said)
    assert "anna" not in json.dumps(said)


def test_a_line_bears_its_requests_number_and_what_it_was_given():
    with request_ids.under("abcd-1234"):
        said = line("marketplace.operation.requests", "request", status=200, route="api")
    assert (said["request_id"], said["status"], said["route"]) == ("abcd-1234", 200, "api")
    assert "[abcd-1234] request status=200 route=api" in said["text"]


def test_a_line_is_never_longer_than_somebody_would_read():
    assert len(privacy.struck_out("x " * 50_000)) <= privacy.MOST_LENGTH + 1


def test_an_unknown_format_is_refused():
    with pytest.raises(ValueError, match="json, text"):
        logs.configuration("xml")
