"""The charter's text: loaded from a file, hashed, never changed once signed."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from django.db import IntegrityError, transaction

from marketplace.refusals import Refusal, refusal_of
from plugins.ethics_charter.models import CharterVersion, Clause
from plugins.ethics_charter.selectors import charter_current
from plugins.ethics_charter.services import charter_load
from tests.ethics_charter import factories as charters
from tests.ethics_charter.conftest import CHARTER
from tests.providers import factories as make

pytestmark = pytest.mark.django_db


def changed(tmp_path, **changes):
    file = tmp_path / "charter.json"
    file.write_text(json.dumps(json.loads(CHARTER.read_text()) | changes), encoding="utf-8")
    return file


def test_first_version_has_clauses_in_all_four_dimensions(charter):
    assert Counter(charter.clauses.values_list("dimension", flat=True)) == {
        "environmental": 3,
        "territorial": 3,
        "social": 3,
        "product": 3,
    }
    assert all(clause.text_it and clause.text_en for clause in charter.clauses.all())
    assert charter.sha256 == charter.digest()


def test_loading_again_changes_nothing(charter):
    assert charter_load(CHARTER).pk == charter.pk
    assert Clause.objects.count() == 12


def test_a_text_that_nobody_signed_is_replaced(charter, tmp_path):
    again = charter_load(changed(tmp_path, adhesion_months=12))
    assert again.sha256 != charter.sha256
    assert CharterVersion.objects.get() == again


def test_a_signed_text_is_not_replaced(charter, tmp_path):
    charters.signed(make.provider(), charter)
    with pytest.raises(Refusal, match="CHARTER_VERSION_SIGNED"):
        charter_load(changed(tmp_path, adhesion_months=12))
    assert charter_load(CHARTER).adhesion_months == 24


@pytest.mark.parametrize(
    "changes",
    [{"clauses": []}, {"title": {}}, {"valid_from": "soon"}, {"clauses": [{"number": 1}]}],
)
def test_a_file_that_is_no_charter_is_refused(tmp_path, changes):
    with pytest.raises(Refusal, match="CHARTER_FILE_INVALID"):
        charter_load(changed(tmp_path, **changes))
    assert not CharterVersion.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda version: CharterVersion.objects.update(title_it="Another"),
        lambda version: CharterVersion.objects.filter(pk=version.pk)._raw_delete("default"),
        lambda version: version.clauses.update(text_it="Another"),
        lambda version: version.clauses.all()._raw_delete("default"),
        lambda version: Clause.objects.create(
            version=version, number=99, dimension="social", text_it="x", text_en="x"
        ),
    ],
)
def test_database_lets_nobody_change_a_signed_text(charter, change):
    charters.signed(make.provider(), charter)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        change(charter)
    refusal = refusal_of(refused.value)
    assert refusal is not None
    assert refusal.code == "CHARTER_VERSION_SIGNED"
    assert charter.digest() == charter.sha256


def test_the_same_changes_pass_before_anybody_signs(charter):
    """The twin: it is the signature that stops them."""
    assert charter.clauses.update(text_it="Another") == 12
    assert CharterVersion.objects.update(title_it="Another") == 1


def test_current_is_the_newest_that_has_begun(charter, tmp_path):
    charter_load(changed(tmp_path, number=2, valid_from="2999-01-01"))
    assert charter_current() == charter
