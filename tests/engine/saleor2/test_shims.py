"""Each shim is still needed: without it, in a process of its own, Saleor fails; with it, it works.

A test that fails here says that the library has moved on and the shim can go.
"""

from __future__ import annotations

import inspect
import os
import subprocess
import sys

import pytest

from marketplace.shop.saleor2 import shims

START = """
from marketplace.shop.saleor2 import shims
{without}
import marketplace.settings.test as settings
{unset}
import django
django.setup()
"""

THUMBNAIL = """
import io
from PIL import Image
from django.core.files.base import ContentFile
from versatileimagefield.versatileimagefield import ThumbnailImage
picture = io.BytesIO()
Image.new("RGB", (60, 40)).save(picture, "PNG")
thumbnail = ThumbnailImage("a.png", None, False)
thumbnail.process_image(Image.open(picture), "PNG", {"format": "PNG"}, 20, 20)
"""
EXPIRED = """
import jwt, time
from django.conf import settings
from graphql_jwt.exceptions import JSONWebTokenError
from graphql_jwt.utils import get_payload
old = jwt.encode({"exp": time.time() - 9, "email": "a@example.com"}, settings.SECRET_KEY, "HS256")
try:
    get_payload(old)
except JSONWebTokenError:
    pass
"""
CHANGE_OF_ADDRESS = """
from saleor.account.utils import create_jwt_token, decode_jwt_token
assert decode_jwt_token(create_jwt_token({"new_email": "a@example.com"}))["new_email"]
"""
TOKEN = """
from graphql_jwt.settings import jwt_settings
token = jwt_settings.JWT_ENCODE_HANDLER({"exp": 4102444800, "email": "a@example.com"})
assert isinstance(token, str)
"""
READ = """
import jwt
from django.conf import settings
from graphql_jwt.settings import jwt_settings
token = jwt.encode({"exp": 4102444800, "email": "a@example.com"}, settings.SECRET_KEY, "HS256")
assert jwt_settings.JWT_DECODE_HANDLER(token)["email"] == "a@example.com"
"""

# What Saleor does that needs it; a handler is taken out of the settings, a function made empty.
NEEDS = {
    "pillow_antialias": THUMBNAIL,
    "forms_bound_field": "import saleor.account.i18n",
    "pyjwt_expired_signature": EXPIRED,
    "pyjwt_text_tokens": CHANGE_OF_ADDRESS,
    "jwt_encode": TOKEN,
    "jwt_decode": READ,
}
HANDLERS = {"jwt_encode": "JWT_ENCODE_HANDLER", "jwt_decode": "JWT_DECODE_HANDLER"}


def run(code: str, *, without: str | None) -> subprocess.CompletedProcess[str]:
    handler = HANDLERS.get(without or "")
    start = START.format(
        without=f"shims.{without} = lambda: None" if without and not handler else "",
        unset=f"del settings.GRAPHQL_JWT[{handler!r}]" if handler else "",
    )
    # No database is asked anything.
    environment = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    return subprocess.run(
        [sys.executable, "-c", start + code], capture_output=True, text=True, env=environment
    )


def test_every_shim_is_listed_here():
    public = {
        name
        for name, value in vars(shims).items()
        if inspect.isfunction(value)
        and not name.startswith("_")
        and value.__module__ == shims.__name__
    }
    assert public - {"apply", "apply_to_models"} == set(NEEDS)


@pytest.mark.parametrize("shim", sorted(NEEDS))
def test_shim_is_still_needed(shim):
    with_it = run(NEEDS[shim], without=None)
    assert with_it.returncode == 0, with_it.stderr
    without_it = run(NEEDS[shim], without=shim)
    assert without_it.returncode, f"Saleor works without the shim {shim}: it can go."
