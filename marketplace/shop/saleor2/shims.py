"""What Saleor 2.10.1 needs before it can be imported on current libraries.

``apply()`` runs first thing in the settings. One function per shim, each saying why; tests/engine
fails when a shim is no longer needed.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any


def pillow_antialias() -> None:
    """Pillow 10 removed ``Image.ANTIALIAS``; django-versatileimagefield 2 still names it."""
    from PIL import Image

    if not hasattr(Image, "ANTIALIAS"):
        Image.ANTIALIAS = Image.LANCZOS  # type: ignore[attr-defined]


def forms_bound_field() -> None:
    """Django 3 moved ``BoundField``; ``saleor.account.i18n`` imports the old place."""
    import django.forms.forms as forms
    from django.forms.boundfield import BoundField

    if not hasattr(forms, "BoundField"):
        forms.BoundField = BoundField


def pyjwt_expired_signature() -> None:
    """PyJWT 2 renamed ``ExpiredSignature``; django-graphql-jwt 0.3 catches it by the old name."""
    import jwt

    if not hasattr(jwt, "ExpiredSignature"):
        jwt.ExpiredSignature = jwt.ExpiredSignatureError  # type: ignore[attr-defined]


def pyjwt_text_tokens() -> None:
    """PyJWT 2 returns text; ``saleor.account.utils`` decodes bytes (a change of address fails)."""
    import jwt
    from saleor.account import utils

    utils.jwt = SimpleNamespace(
        encode=lambda *given, **named: jwt.encode(*given, **named).encode(),
        decode=jwt.decode,
        PyJWTError=jwt.PyJWTError,
    )


def apply_to_models() -> None:
    """Apply what needs Django's models to be loaded; safe to call twice."""
    pyjwt_text_tokens()


def apply() -> None:
    """Apply every shim that Saleor needs to be imported at all; safe to call twice."""
    pillow_antialias()
    forms_bound_field()
    pyjwt_expired_signature()


def jwt_encode(payload: dict[str, Any], context: object = None) -> str:
    """``GRAPHQL_JWT["JWT_ENCODE_HANDLER"]``: PyJWT 2 returns text, not bytes."""
    import jwt
    from django.conf import settings

    return jwt.encode(payload, settings.SECRET_KEY, algorithm="HS256")


def jwt_decode(token: str, context: object = None) -> dict[str, Any]:
    """``GRAPHQL_JWT["JWT_DECODE_HANDLER"]``: one algorithm, expiry always checked and required."""
    import jwt
    from django.conf import settings

    return jwt.decode(
        token, settings.SECRET_KEY, algorithms=["HS256"], options={"require": ["exp"]}
    )
