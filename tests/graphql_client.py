"""A GraphQL client for tests: the real endpoint through Django's HTTP client."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.api.views import MOST_OPERATIONS_PER_REQUEST
from tests.engine.installed import token_of


class Api:
    """``api(query, variables, user=...)`` returns the JSON; ``status`` is the last HTTP status."""

    def __init__(self) -> None:
        self.client = Client()
        self.status = 0

    def __call__(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        *,
        user: Any = None,
        token: str | None = None,
        language: str | None = "en",
    ) -> dict[str, Any]:
        return self._post({"query": query, "variables": variables}, user, token, language)

    def batch(self, requests: list[tuple[str, Any]], *, user: Any = None) -> list[dict[str, Any]]:
        """The answers to several (document, variables), sent in as few requests as may be."""
        answers = []
        for start in range(0, len(requests), MOST_OPERATIONS_PER_REQUEST):
            some = requests[start : start + MOST_OPERATIONS_PER_REQUEST]
            body = [{"query": query, "variables": variables} for query, variables in some]
            answers += self._post(body, user)
        return answers

    def _post(
        self, body: Any, user: Any, token: str | None = None, language: str | None = "en"
    ) -> Any:
        headers = {"HTTP_ACCEPT_LANGUAGE": language} if language else {}
        if user is not None:
            token = token_of(user)
        if token is not None:
            headers["HTTP_AUTHORIZATION"] = f"JWT {token}"
        response = self.client.post(
            "/graphql/",
            json.dumps(body),
            content_type="application/json",
            **headers,
        )
        self.status = response.status_code
        return response.json()

    def data(self, query: str, variables: dict[str, Any] | None = None, **who: Any) -> Any:
        """The data of a request that must not have errors."""
        answer = self(query, variables, **who)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def cost(self, query: str, variables: dict[str, Any] | None = None, *, user: Any = None) -> int:
        """The statements of a request that must not have errors; its token is made before."""
        token = token_of(user) if user is not None else None
        with CaptureQueriesContext(connection) as captured:
            self.data(query, variables, token=token)
        return len(captured)

    def refused(self, query: str, variables: dict[str, Any] | None = None, **who: Any) -> list[str]:
        """The codes a request was refused with: top-level ones, then those of its payloads."""
        return codes_of(self(query, variables, **who))


def codes_of(answer: dict[str, Any]) -> list[str]:
    """The codes in an answer: top-level ones, then those of its payloads."""
    codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
    for payload in (answer.get("data") or {}).values():
        if isinstance(payload, dict):
            for errors in ("welfareErrors", "checkoutErrors", "errors"):
                codes += [error["code"] for error in payload.get(errors) or ()]
    return codes
