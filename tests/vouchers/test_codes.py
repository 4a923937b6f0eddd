"""Codes: nobody guesses one, and a typing error is told from a code that nobody has."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from marketplace.refusals import Refusal
from plugins.vouchers import codes

BODY = st.text(codes.ALPHABET, min_size=codes.RANDOM_LENGTH, max_size=codes.RANDOM_LENGTH)


def whole(body: str) -> str:
    return body + codes.check_character(body)


def accepted(text: str) -> bool:
    try:
        codes.read(text)
    except Refusal as refusal:
        return refusal.code != "VOUCHER_CODE_MISTYPED"
    return True


@given(BODY)
def test_what_is_shown_is_read(body):
    code = whole(body)
    assert codes.read(codes.shown(code)) == code
    assert codes.read(f" {codes.shown(code).lower().replace('-', ' ')} ") == code
    assert codes.read(code.replace("0", "O").replace("1", "l")) == code


@given(BODY, st.data())
def test_one_wrong_character_is_noticed(body, data):
    code = whole(body)
    at = data.draw(st.integers(0, codes.LENGTH - 1))
    wrong = data.draw(st.sampled_from(codes.ALPHABET).filter(lambda one: one != code[at]))
    assert not accepted(code[:at] + wrong + code[at + 1 :])


def test_most_swapped_neighbours_are_noticed():
    passed = swapped = 0
    for _try in range(300):
        code = codes.new_code()
        for at in range(codes.LENGTH - 1):
            if code[at] != code[at + 1]:
                swapped += 1
                passed += accepted(code[:at] + code[at + 1] + code[at] + code[at + 2 :])
    assert passed / swapped < 0.05


@pytest.mark.parametrize(
    "text", ["", " ", "-", "A" * 11, "A" * 13, "U" * 12, "À" * 12, "٣" * 12, "x" * 100_000]
)
def test_what_cannot_be_a_code_is_refused(text):
    assert not accepted(text)


def test_no_two_codes_are_alike_and_all_have_the_same_form():
    made = {codes.new_code() for _one in range(2_000)}
    assert len(made) == 2_000
    assert all(accepted(code) for code in made)


def test_a_hash_needs_the_key_and_survives_its_rotation(settings):
    code, (old,) = codes.new_code(), settings.WELFAREPIU_ENCRYPTION_KEYS
    before = codes.code_hash(code)
    settings.WELFAREPIU_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), old]
    assert codes.code_hash(code) != before
    assert before in codes.code_hashes(code)
