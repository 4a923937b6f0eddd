"""Saleor's own mutations around passwords and tokens, with what it leaves open closed.

Each is Saleor's field with something around its resolver: arguments and answers stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

from marketplace.people import attempts
from marketplace.people.actor import not_signed_in
from marketplace.people.callers import address_of
from marketplace.people.sessions import check_session
from marketplace.shop.graphql import being_refreshed, saleors_mutation

Resolver = Callable[..., Any]
Around = Callable[[Resolver, Any, Any, dict[str, Any]], Any]

# Saleor's own words for a letter's link that does not hold.
LINK_OUTDATED = "Invalid or expired token."


def around(name: str, wrapper: Around) -> Any:
    """Saleor's mutation of that name, resolved by ``wrapper(resolver, root, info, arguments)``."""
    field = copy(saleors_mutation(name))
    resolver = field.resolver

    def resolve(root: Any, info: Any, **given: Any) -> Any:
        return wrapper(resolver, root, info, given)

    field.resolver = resolve
    return field


def sign_in(resolver: Resolver, root: Any, info: Any, given: dict[str, Any]) -> Any:
    """``tokenCreate``, so often and no more: LOGIN_TOO_OFTEN."""
    where = address_of(info.context)
    with attempts.password_tried(account=given["email"], address=where) as attempt:
        answer = resolver(root, info, **given)
        if answer.token:
            attempt.succeeded()
    return answer


def refresh(resolver: Resolver, root: Any, info: Any, given: dict[str, Any]) -> Any:
    """``tokenRefresh``: no new token for one whose person has signed out everywhere."""
    found = being_refreshed(info.context, given)
    if found and found[0] is not None:
        check_session(*found)
    return resolver(root, info, **given)


def ask_for_letter(resolver: Resolver, root: Any, info: Any, given: dict[str, Any]) -> Any:
    """``requestPasswordReset``: the same answer whether there is such an account or not."""
    attempts.letter_asked(account=given["email"], address=address_of(info.context))
    answer = resolver(root, info, **given)
    _forget_errors(answer, "NOT_FOUND")
    return answer


def confirm(resolver: Resolver, root: Any, info: Any, given: dict[str, Any]) -> Any:
    """``confirmAccount``: the password that Saleor 3 may ask for there is counted as one that is
    tried: LOGIN_TOO_OFTEN."""
    if not given.get("password"):
        return resolver(root, info, **given)
    where = address_of(info.context)
    with attempts.password_tried(account=given["email"], address=where) as attempt:
        answer = resolver(root, info, **given)
        if not _codes(answer):
            attempt.succeeded()
    return answer


def change_password(resolver: Resolver, root: Any, info: Any, given: dict[str, Any]) -> Any:
    """``passwordChange``: who has somebody's session does not try their passwords by it for ever:
    NOT_SIGNED_IN, LOGIN_TOO_OFTEN."""
    user = info.context.user
    if user is None or not user.is_authenticated:
        raise not_signed_in()
    where = address_of(info.context)
    with attempts.password_tried(account=user.email, address=where) as attempt:
        answer = resolver(root, info, **given)
        if "INVALID_CREDENTIALS" not in _codes(answer):
            attempt.succeeded()
    return answer


def set_password(resolver: Resolver, root: Any, info: Any, given: dict[str, Any]) -> Any:
    """``setPassword``: an address that nobody has is answered as a link that does not hold."""
    answer = resolver(root, info, **given)
    if "NOT_FOUND" in _codes(answer):
        for one in answer.account_errors:
            one.code = "invalid"
        for one in (*answer.account_errors, *answer.errors):
            one.field, one.message = "token", LINK_OUTDATED
    return answer


def _codes(answer: Any) -> list[str]:
    return [code_of(one) for one in getattr(answer, "account_errors", None) or ()]


def _forget_errors(answer: Any, code: str) -> None:
    """Take the errors of that code, and Saleor's untyped twins of them, out of an answer."""
    typed = list(getattr(answer, "account_errors", None) or ())
    if any(code_of(one) == code for one in typed):
        answer.account_errors = [one for one in typed if code_of(one) != code]
        answer.errors = []


def code_of(error: Any) -> str:
    """The code of one of Saleor's errors: a text, or a value of an enumeration."""
    return str(getattr(error.code, "name", error.code)).upper()
