"""The endpoint: limits before work, one authentication a request, errors with codes.

Saleor authenticates in a GraphQL middleware, once per resolved field; here it is done once per
request, and no middleware stands between a field and its resolver.
"""

from __future__ import annotations

import json
import logging
import uuid
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from graphql.error import GraphQLError, GraphQLSyntaxError
from graphql.execution import ExecutionResult

from marketplace.api.bodies import most_bytes, too_large
from marketplace.api.complexity import Weight, check_weight
from marketplace.api.documents import document
from marketplace.api.texts import check_texts
from marketplace.operation import request_ids
from marketplace.operation.metrics import refused
from marketplace.operation.requests import MOST_FIELDS, note_fields
from marketplace.people.sessions import check_session
from marketplace.refusals import Refusal, Refusals, refusal_of
from marketplace.shop.graphql import (
    GraphQLView,
    app_of_token,
    nobody,
    prepare_context,
    user_of_token,
)
from marketplace.shop.telemetry import span

logger = logging.getLogger(__name__)

# What a client does with a token that no longer holds: ask for another.
TOKEN_OPERATIONS = frozenset({"tokenCreate", "tokenRefresh", "tokenVerify"})
MOST_OPERATIONS_PER_REQUEST = 10

CODES_BY_EXCEPTION = {
    "GraphQLSyntaxError": "INVALID_QUERY",
    "JSONWebTokenExpired": "TOKEN_EXPIRED",
    "JSONWebTokenError": "INVALID_TOKEN",
    "ExpiredSignatureError": "TOKEN_EXPIRED",
    "DecodeError": "INVALID_TOKEN",
    "InvalidSignatureError": "INVALID_TOKEN",
    "InvalidTokenError": "INVALID_TOKEN",
    "PermissionDenied": "PERMISSION_DENIED",
    "ReadOnlyException": "READ_ONLY",
}


class WelfareGraphQLView(GraphQLView):
    """Saleor's view with our limits, our document cache and our errors."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            try:
                check_size(request)
            except Refusal as refusal:
                return JsonResponse({"errors": [self.format_error(refusal)]}, status=413)
            authenticate(request)
        try:
            return super().dispatch(request, *args, **kwargs)
        except Refusal as refusal:
            return JsonResponse({"errors": [self.format_error(refusal)]}, status=400)

    @staticmethod
    def parse_body(request: HttpRequest) -> Any:
        """The request's operation, or several; Refusal INVALID_REQUEST where it holds none."""
        try:
            if request.content_type == "application/json":
                # Saleor 3's parser takes a text with half a character in it for no JSON at all.
                data = json.loads(request.body)
            else:
                data = GraphQLView.parse_body(request)
        except (ValueError, RecursionError, MultiPartParserError, SuspiciousOperation):
            raise _no_request() from None
        entries = data if isinstance(data, list) else [data]
        if not all(hasattr(entry, "get") for entry in entries):
            raise _no_request()
        if len(entries) > MOST_OPERATIONS_PER_REQUEST:
            raise Refusal(
                "INVALID_REQUEST",
                _("Send at most %(most)s operations in one request.")
                % {"most": MOST_OPERATIONS_PER_REQUEST},
            )
        return data

    def execute_graphql_request(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        try:
            query, variables, operation_name = self._parameters(request, data)
            if not query or not isinstance(query, str):
                raise Refusal("INVALID_QUERY", _("Send a GraphQL query."))
            if variables is not None and not isinstance(variables, dict):
                raise Refusal("INVALID_QUERY", _("Send the GraphQL variables as an object."))
            check_texts([query, variables, operation_name])
            found = document(query)
            if found.errors:
                return ExecutionResult(errors=found.errors, invalid=True)
            token_error = getattr(request, "token_error", None)
            if token_error and not found.measured.root_fields <= TOKEN_OPERATIONS:
                return ExecutionResult(errors=[token_error], invalid=True)
            note_fields(request, found.measured.root_fields)
            weigh(request, found.measured.weight(variables))
            with span(
                "graphql",
                fields=sorted(found.measured.root_fields)[:MOST_FIELDS],
                request_id=request_ids.current(),
            ):
                return found.runnable.execute(
                    root=self.get_root_value(),
                    variables=variables,
                    operation_name=operation_name,
                    context=prepare_context(request),
                    validate=False,
                )
        except Exception as error:
            if type(error) is Exception:  # how graphql-core's scalars refuse a variable
                error = GraphQLError(str(error))
            return ExecutionResult(errors=[error], invalid=True)

    def _parameters(self, request: HttpRequest, data: Any) -> tuple[Any, Any, Any]:
        """Query, variables and operation's name; a form with files may say them in many ways."""
        try:
            query, variables, name = self.get_graphql_params(request, data)
            # Saleor 3 goes on without what is of another type, as if nobody had sent it.
            variables = data.get("variables") if variables is None else variables
            name = data.get("operationName") if name is None else name
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise Refusal(
                "INVALID_REQUEST", _("This form is no GraphQL request. Send its parts as JSON.")
            ) from None
        if name is not None and not isinstance(name, str):
            raise Refusal("INVALID_QUERY", _("Send the name of the operation as a text."))
        return query, variables, None if name == "null" else name

    @classmethod
    def format_error(cls, error: Any) -> dict[str, Any]:
        """The error as a client sees it: a sentence and a code, never a stack trace."""
        cause = error
        while isinstance(cause, GraphQLError) and getattr(cause, "original_error", None):
            cause = cause.original_error
        if isinstance(cause, IntegrityError):
            cause = refusal_of(cause) or cause
        code, message = _code_and_message(cause)
        refused(cause if isinstance(cause, Refusal) else Refusal(code, message))
        formatted: dict[str, Any] = {
            "message": message,
            "extensions": {"code": code, "exception": {"code": type(cause).__name__}},
        }
        if isinstance(cause, Refusals):
            formatted["extensions"]["refusals"] = [
                {"code": one.code, "message": one.message, **one.facts} for one in cause.refusals
            ]
        elif isinstance(cause, Refusal) and cause.facts:
            formatted["extensions"]["facts"] = cause.facts
        if getattr(error, "locations", None):
            formatted["locations"] = [
                {"line": at.line, "column": at.column} for at in error.locations
            ]
        if getattr(error, "path", None):
            formatted["path"] = error.path
        return formatted


def _code_and_message(cause: Any) -> tuple[str, str]:
    if isinstance(cause, str):
        return "INVALID_REQUEST", cause
    if isinstance(cause, Refusal):
        return cause.code, cause.message
    name = type(cause).__name__
    if name in CODES_BY_EXCEPTION:
        return CODES_BY_EXCEPTION[name], str(cause)
    if isinstance(cause, GraphQLError | GraphQLSyntaxError):
        return "INVALID_QUERY", str(cause)
    reference = uuid.uuid4().hex[:12]
    logger.error("GraphQL request failed, reference %s", reference, exc_info=cause)
    return "INTERNAL_ERROR", _(
        "Something went wrong on our side. Try again; if it happens again, quote %(reference)s."
    ) % {"reference": reference}


def _no_request() -> Refusal:
    return Refusal("INVALID_REQUEST", _("This is no GraphQL request. Send an object, as JSON."))


def check_size(request: HttpRequest) -> None:
    """Refuse a body over the limit before it is read: Refusal REQUEST_TOO_LARGE."""
    most = most_bytes(request.content_type or "")
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = most + 1
    if length > most:
        raise too_large(most)


def weigh(request: HttpRequest, weight: Weight) -> None:
    """Add an operation to what its request asks for; Refusal QUERY_TOO_COMPLEX where too much."""
    asked: Weight = getattr(request, "weight", Weight()) + weight
    check_weight(asked)
    request.weight = asked


def authenticate(request: HttpRequest) -> None:
    """Set ``request.user`` and ``request.app`` from the Authorization header, once.

    ``JWT <token>`` is a person's, ``Bearer <token>`` a Saleor app's. A token that does not hold is
    remembered as ``request.token_error`` and the request goes on as nobody's, so that the
    operations that replace a token still work.
    """
    request.user = nobody()
    request.app = None
    scheme, _space, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    try:
        if not token.isprintable():
            raise Refusal("INVALID_TOKEN", _("This is not a token. Sign in again."))
        if scheme.lower() == "jwt":
            user = user_of_token(token.strip())
            if user is None:
                raise Refusal("INVALID_TOKEN", _("This token belongs to nobody. Sign in again."))
            check_session(user, token.strip())
            request.user = user
        elif scheme.lower() == "bearer":
            request.app = app_of_token(token.strip())
    except Exception as error:
        request.token_error = error
