"""What a token says of its moment of issue: Saleor 3.23 says the second alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from saleor.core.jwt_manager import JWTManager


class ToTheMicrosecond(JWTManager):
    """``JWT_MANAGER_PATH``: signing out everywhere and in again within a second are told apart, and
    a token of that second does not outlive the signing out."""

    @classmethod
    def encode(cls, payload: dict[str, Any]) -> str:
        issued = payload.get("iat")
        if isinstance(issued, datetime):
            payload = {**payload, "iat": issued.timestamp()}
        token: str = super().encode(payload)
        return token
