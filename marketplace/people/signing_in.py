"""Saleor's own mutations around passwords and tokens, with what it leaves open closed.

Each is Saleor's field with something around its resolver: arguments and answers stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

from marketplace.people import attempts
from marketplace.people.callers import address_of
from marketplace.people.sessions import check_session
from marketplace.shop.graphql import being_refreshed, saleors_mutation

Resolver = Callable[..., Any]
Around = Callable[[Resolver, Any, Any, dict[str, Any]], Any]


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


def _forget_errors(answer: Any, code: str) -> None:
    """Take the errors of that code, and Saleor's untyped twins of them, out of an answer."""
    typed = list(getattr(answer, "account_errors", None) or ())
    if any(code_of(one) == code for one in typed):
        answer.account_errors = [one for one in typed if code_of(one) != code]
        answer.errors = []


def code_of(error: Any) -> str:
    """The code of one of Saleor's errors: a text, or a value of an enumeration."""
    return str(getattr(error.code, "name", error.code)).upper()
