"""Codes of vouchers: 55 random bits and a check character, in Crockford's 32 characters.

No I, L, O or U: they look like others. The check character (ISO 7064's hybrid scheme, over 32
characters) tells a typing error from a code that nobody has, before anything is looked up.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

from marketplace.refusals import Refusal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_LENGTH = 11
LENGTH = RANDOM_LENGTH + 1
GROUP = 4
# What hands and eyes make of a code.
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", " ": None, "-": None, "\t": None})


def new_code() -> str:
    """A code that nobody can guess, as it is stored."""
    body = "".join(secrets.choice(ALPHABET) for _character in range(RANDOM_LENGTH))
    return body + check_character(body)


def check_character(body: str) -> str:
    return str(mod_37_36.calc_check_digit(body, ALPHABET))


def shown(code: str) -> str:
    """The code as people read it: ``XXXX-XXXX-XXXX``."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read(text: str) -> str:
    """The code that somebody typed or scanned.

    Raises:
        Refusal: VOUCHER_CODE_MISTYPED where it cannot be a code.
    """
    code = text.strip().upper().translate(_READ_AS) if len(text) <= 4 * LENGTH else ""
    try:
        if len(code) != LENGTH or not set(code) <= set(ALPHABET):
            raise ValidationError
        mod_37_36.validate(code, ALPHABET)
    except ValidationError:
        raise Refusal(
            "VOUCHER_CODE_MISTYPED",
            _("This is not the code of a voucher: compare it with the voucher, sign by sign."),
            field="code",
        ) from None
    return code


def code_hash(code: str) -> str:
    """What a new voucher is found by: HMAC-SHA256 under the newest key."""
    return code_hashes(code)[0]


def code_hashes(code: str) -> list[str]:
    """The code's hashes under every key, newest first: a voucher keeps the one of its day.

    Keyed, so that who reads the database cannot even try codes.
    """
    return [
        hmac.new(
            hashlib.sha256(b"voucher code" + key).digest(), code.encode(), "sha256"
        ).hexdigest()
        for key in (key.encode() for key in settings.WELFAREPIU_ENCRYPTION_KEYS)
    ]
