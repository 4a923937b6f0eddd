"""A GraphQL client for tests: the real endpoint through Django's HTTP client."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client
from graphql_jwt.shortcuts import get_token


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
        language: str = "en",
    ) -> dict[str, Any]:
        headers = {"HTTP_ACCEPT_LANGUAGE": language}
        if user is not None:
            token = get_token(user)
        if token is not None:
            headers["HTTP_AUTHORIZATION"] = f"JWT {token}"
        response = self.client.post(
            "/graphql/",
            json.dumps({"query": query, "variables": variables}),
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

    def refused(self, query: str, variables: dict[str, Any] | None = None, **who: Any) -> list[str]:
        """The codes a request was refused with: top-level ones, then those of its payloads."""
        answer = self(query, variables, **who)
        codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
        for payload in (answer.get("data") or {}).values():
            if isinstance(payload, dict):
                codes += [error["code"] for error in payload.get("errors") or ()]
        return codes
