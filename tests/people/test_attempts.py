"""How often a password may be tried: by account, by place, for all workers, and at once."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.utils import timezone

from marketplace.people import attempts
from marketplace.people.attempts import SIGN_IN, attempt_begin, attempts_forget
from marketplace.people.models import LoginAttempt
from tests.at_once import at_once, ended

SIGN = """mutation ($email: String!, $password: String!) {
  tokenCreate(email: $email, password: $password) { token accountErrors { code } }
}"""
RESET = """mutation ($email: String!) {
  requestPasswordReset(email: $email, redirectUrl: "http://127.0.0.1/new") {
    errors { message } accountErrors { code }
  }
}"""
CHANGE = """mutation ($old: String!) {
  passwordChange(oldPassword: $old, newPassword: "another password") { accountErrors { code } }
}"""
SET = """mutation ($email: String!) {
  setPassword(email: $email, token: "a-guess", password: "another password") {
    token errors { field message } accountErrors { field message code }
  }
}"""
ALLOWED = SIGN_IN[0].failures
RIGHT, WRONG = "a right password", "a wrong password"
KEY = "the key that the storefront shares"


@pytest.fixture
def anna(db):
    return get_user_model().objects.create_user("anna@example.com", RIGHT, is_active=True)


def sign(api, password, email="anna@example.com", **headers):
    """The code that a sign-in is refused with; None where it is let in."""
    api.client.defaults.update(headers)
    answer = api(SIGN, {"email": email, "password": password})
    if "errors" in answer:
        return answer["errors"][0]["extensions"]["code"]
    found = answer["data"]["tokenCreate"]
    return None if found["token"] else found["accountErrors"][0]["code"]


def test_after_so_many_wrong_ones_the_right_one_is_refused_too(api, anna):
    assert [sign(api, WRONG) for _ in range(ALLOWED)] == ["INVALID_CREDENTIALS"] * ALLOWED
    assert sign(api, WRONG) == "LOGIN_TOO_OFTEN"
    assert sign(api, RIGHT) == "LOGIN_TOO_OFTEN"


def test_it_says_when(api, anna):
    for _ in range(ALLOWED):
        sign(api, WRONG)
    error = api(SIGN, {"email": anna.email, "password": RIGHT})["errors"][0]
    oldest = LoginAttempt.objects.earliest("at").at
    assert error["extensions"]["facts"]["retryAt"] == (oldest + SIGN_IN[0].window).isoformat()
    local = timezone.localtime(oldest + SIGN_IN[0].window + timedelta(minutes=1))
    assert f"{local:%H:%M}" in error["message"]


def test_who_waits_is_let_in(api, anna):
    for _ in range(ALLOWED + 3):
        sign(api, WRONG)
    LoginAttempt.objects.update(at=timezone.now() - SIGN_IN[0].window - timedelta(seconds=1))
    assert sign(api, RIGHT) is None


def test_refused_attempts_do_not_make_one_wait_longer(api, anna):
    for _ in range(ALLOWED + 20):
        sign(api, WRONG)
    assert LoginAttempt.objects.count() == ALLOWED


def test_a_right_one_forgets_the_wrong_ones_before(api, anna):
    for _ in range(ALLOWED - 1):
        sign(api, WRONG)
    assert sign(api, RIGHT) is None
    assert not LoginAttempt.objects.exists()


def test_somebody_else_s_attempts_do_not_lock_a_person_out(api, anna):
    for _ in range(ALLOWED):
        sign(api, WRONG, REMOTE_ADDR="203.0.113.7")
    assert sign(api, RIGHT, REMOTE_ADDR="198.51.100.1") is None


def test_one_account_from_many_places_is_limited_too(api, anna):
    for number in range(SIGN_IN[1].failures):
        sign(api, WRONG, REMOTE_ADDR=f"203.0.113.{number}")
    assert sign(api, WRONG, REMOTE_ADDR="198.51.100.1") == "LOGIN_TOO_OFTEN"


def test_capitals_and_spaces_are_the_same_account(api, anna):
    for _ in range(ALLOWED):
        sign(api, WRONG, email=" ANNA@example.com")
    assert sign(api, RIGHT) == "LOGIN_TOO_OFTEN"


def test_an_account_that_is_not_there_is_limited_alike(api, db):
    said = [sign(api, WRONG, email="nobody@example.com") for _ in range(ALLOWED + 1)]
    assert said == ["INVALID_CREDENTIALS"] * ALLOWED + ["LOGIN_TOO_OFTEN"]


def test_several_in_one_request_are_counted_each(api, anna):
    answers = api.batch([(SIGN, {"email": anna.email, "password": WRONG})] * (ALLOWED + 2))
    assert ["errors" in answer for answer in answers] == [False] * ALLOWED + [True] * 2


def test_the_storefront_says_whose_address_it_is(api, anna, settings):
    settings.STOREFRONT_CALLER_KEY = KEY
    passed_on = {"HTTP_X_STOREFRONT_KEY": KEY, "HTTP_X_STOREFRONT_CLIENT": "203.0.113.7"}
    for _ in range(ALLOWED):
        sign(api, WRONG, **passed_on)
    assert sign(api, RIGHT, **passed_on) == "LOGIN_TOO_OFTEN"
    assert sign(api, RIGHT, HTTP_X_STOREFRONT_CLIENT="198.51.100.1") is None


@pytest.mark.parametrize("key", ["", "a guess"])
def test_nobody_else_does(api, anna, settings, key):
    settings.STOREFRONT_CALLER_KEY = KEY
    for number in range(ALLOWED):
        sign(
            api,
            WRONG,
            HTTP_X_STOREFRONT_KEY=key,
            HTTP_X_STOREFRONT_CLIENT=f"203.0.113.{number}",
        )
    assert sign(api, RIGHT) == "LOGIN_TOO_OFTEN"


def test_what_was_typed_stands_nowhere(api, db):
    sign(api, WRONG, email="my-password-by-mistake")
    row = LoginAttempt.objects.get()
    assert "mistake" not in row.account
    assert len(row.account) == 64


def test_old_attempts_are_deleted(api, anna):
    sign(api, WRONG)
    assert attempts_forget() == 0
    LoginAttempt.objects.update(at=timezone.now() - attempts.LONGEST - timedelta(seconds=1))
    assert attempts_forget() == 1


def test_a_letter_is_asked_for_with_the_same_answer_whoever_has_an_account(
    api, anna, settings, django_capture_on_commit_callbacks
):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    known = api.data(RESET, {"email": anna.email})
    unknown = api.data(RESET, {"email": "nobody@example.com"})
    assert known == unknown == {"requestPasswordReset": {"errors": [], "accountErrors": []}}
    assert all(letter.to == [anna.email] for letter in mail.outbox)


def test_nobody_s_mailbox_is_filled(api, anna):
    said = [api(RESET, {"email": anna.email}) for _ in range(4)]
    assert ["errors" in one for one in said] == [False] * 3 + [True]
    assert said[-1]["errors"][0]["extensions"]["code"] == "LOGIN_TOO_OFTEN"


def change(api, user, old):
    """The code that a new password is refused with; None where it is set."""
    answer = api(CHANGE, {"old": old}, user=user)
    if "errors" in answer:
        return answer["errors"][0]["extensions"]["code"]
    errors = answer["data"]["passwordChange"]["accountErrors"]
    return errors[0]["code"] if errors else None


def test_the_password_that_is_to_be_changed_is_tried_as_seldom(api, anna):
    assert [change(api, anna, WRONG) for _ in range(ALLOWED)] == ["INVALID_CREDENTIALS"] * ALLOWED
    assert change(api, anna, WRONG) == change(api, anna, RIGHT) == "LOGIN_TOO_OFTEN"
    assert sign(api, RIGHT) == "LOGIN_TOO_OFTEN"


def test_a_right_one_is_changed_and_forgets_the_wrong_ones_before(api, anna):
    for _ in range(ALLOWED - 1):
        change(api, anna, WRONG)
    assert change(api, anna, RIGHT) is None
    assert not LoginAttempt.objects.exists()


def test_nobody_changes_a_password_without_being_somebody(api, anna):
    assert api.refused(CHANGE, {"old": RIGHT}) == ["NOT_SIGNED_IN"]
    assert not LoginAttempt.objects.exists()


def test_a_link_that_does_not_hold_says_nothing_of_accounts(api, anna):
    known, unknown = (api.data(SET, {"email": who}) for who in (anna.email, "no@example.com"))
    assert known == unknown
    assert known["setPassword"]["accountErrors"][0]["code"] == "INVALID"


CROWD = 12


def begin() -> None:
    attempt_begin(what="sign_in", account="a", address="b", limits=SIGN_IN)


def let_in(attempt=begin) -> int:
    """How many of a crowd are let in to have their password looked at."""
    return at_once(lambda _n: ended(attempt), CROWD).count("DONE")


def test_a_crowd_at_once_gets_no_more_tries(committed_db):
    assert let_in() <= ALLOWED


def test_counting_before_writing_would_let_the_crowd_in(committed_db):
    """The twin: who looks first and writes afterwards sees nobody else's attempt."""
    all_have_looked = Barrier(CROWD)

    def look_then_write() -> None:
        row = LoginAttempt(account="a" * 64, address="b" * 64, at=timezone.now())
        full = any(attempts._free_at(limit, row) for limit in SIGN_IN)
        all_have_looked.wait(timeout=30)
        if full:
            raise attempts.too_often(timezone.now())
        row.save()

    assert let_in(look_then_write) > ALLOWED
