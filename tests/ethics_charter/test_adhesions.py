"""Signing, renewing, leaving an old version, withdrawing: and which days an adhesion covers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.refusals import Refusal
from plugins.ethics_charter.models import Adhesion
from plugins.ethics_charter.selectors import charter_in_force
from plugins.ethics_charter.services import (
    adhesion_sign,
    adhesion_withdraw,
    charter_load,
    evidence_add,
    evidence_check,
)
from tests.at_once import at_once, ended
from tests.ethics_charter import factories as charters
from tests.ethics_charter.conftest import CHARTER
from tests.ethics_charter.test_text import changed
from tests.providers import factories as make


@pytest.fixture
def today(db):
    return timezone.localdate()


def test_a_signature_holds_as_long_as_the_version_says(charter, today):
    provider = make.provider()
    adhesion = charters.signed(provider, charter)
    assert adhesion.valid_from == today
    assert adhesion.valid_until == today.replace(year=today.year + 2) - timedelta(days=1)
    assert charter_in_force([provider.pk, make.provider().pk], today) == {provider.pk}


@pytest.mark.parametrize("text_hash", ["", "0" * 64])
def test_another_text_than_the_one_read_is_not_signed(charter, text_hash):
    provider = make.provider()
    with pytest.raises(Refusal, match="CHARTER_TEXT_CHANGED"):
        adhesion_sign(
            actor=charters.manager_of(provider), provider_id=provider.pk, text_hash=text_hash
        )
    assert not Adhesion.objects.exists()


def test_only_its_own_manager_signs_for_a_provider(charter):
    mine, other = make.provider(), make.provider()
    for provider_id in (other.pk, 0):
        with pytest.raises(Refusal, match="NOT_FOUND"):
            adhesion_sign(
                actor=charters.manager_of(mine), provider_id=provider_id, text_hash=charter.sha256
            )
    assert not Adhesion.objects.exists()


def test_a_version_is_signed_once_and_renewed_near_its_end(charter, today):
    provider = make.provider()
    charters.signed(provider, charter)
    with pytest.raises(Refusal, match="CHARTER_ALREADY_SIGNED"):
        charters.signed(provider, charter)
    other = make.provider()
    ending = charters.adhesion(other, charter, today - timedelta(days=600), today)
    renewed = charters.signed(other, charter)
    assert renewed.valid_from == ending.valid_until + timedelta(days=1)
    with pytest.raises(Refusal, match="CHARTER_ALREADY_SIGNED"):
        charters.signed(other, charter)


def test_a_new_version_takes_the_place_of_the_old_one_without_a_gap(charter, today, tmp_path):
    provider = make.provider()
    old = charters.adhesion(provider, charter, today - timedelta(days=9), today)
    newer = charter_load(changed(tmp_path, number=2))
    new = charters.signed(provider, newer)
    old.refresh_from_db()
    assert (old.withdrawn_from, new.valid_from) == (today, today)
    assert charter_in_force([provider.pk], today - timedelta(days=1)) == {provider.pk}
    assert charter_in_force([provider.pk], today) == {provider.pk}


@pytest.mark.parametrize(
    ("day", "holds"),
    [("2026-02-28", 0), ("2026-03-01", 1), ("2026-05-31", 1), ("2026-06-01", 0)],
)
def test_first_and_last_day_count(charter, day, holds):
    provider = make.provider()
    charters.adhesion(provider, charter, date(2026, 3, 1), date(2026, 5, 31))
    assert len(charter_in_force([provider.pk], date.fromisoformat(day))) == holds


@pytest.mark.django_db
def test_database_refuses_two_at_once_but_not_one_after_the_other(charter):
    provider = make.provider()
    charters.adhesion(provider, charter, date(2026, 1, 1), date(2026, 6, 30))
    charters.adhesion(provider, charter, date(2026, 7, 1), date(2026, 12, 31))
    charters.adhesion(make.provider(), charter, date(2026, 6, 30), date(2026, 12, 31))
    with pytest.raises(IntegrityError, match="adhesion_one_at_a_time"), transaction.atomic():
        charters.adhesion(provider, charter, date(2026, 6, 30), date(2026, 7, 1))


@pytest.mark.parametrize(
    "change",
    [
        lambda adhesion: Adhesion.objects.update(valid_until="2999-01-01"),
        lambda adhesion: Adhesion.objects.update(text_hash="0" * 64),
        lambda adhesion: Adhesion.objects.all()._raw_delete("default"),
        lambda adhesion: charters.adhesion(
            make.provider(), adhesion.version, date(2026, 1, 1), date(2026, 1, 2), text_hash="x"
        ),
    ],
)
def test_database_refuses_to_change_a_signature(charter, change):
    adhesion = charters.signed(make.provider(), charter)
    with pytest.raises((IntegrityError, TypeError)), transaction.atomic():
        change(adhesion)


def test_a_withdrawn_adhesion_holds_no_more_and_stays_withdrawn(charter, today):
    provider = make.provider()
    adhesion = charters.adhesion(provider, charter, today - timedelta(days=9), today)
    adhesion_withdraw(actor=charters.operator(), adhesion_id=adhesion.pk, why="False origin")
    assert charter_in_force([provider.pk], today) == set()
    assert charter_in_force([provider.pk], today - timedelta(days=1)) == {provider.pk}
    with pytest.raises(Refusal, match="ADHESION_WITHDRAWN"):
        adhesion_withdraw(actor=charters.operator(), adhesion_id=adhesion.pk, why="Again")
    with pytest.raises(IntegrityError), transaction.atomic():
        Adhesion.objects.update(withdrawn_at=None, withdrawn_from=None)
    assert charters.signed(provider, charter).valid_from == today


def test_only_an_operator_withdraws_and_says_why(charter):
    provider = make.provider()
    adhesion = charters.signed(provider, charter)
    for actor, adhesion_id, why, code in (
        (charters.manager_of(provider), adhesion.pk, "Mine", "PERMISSION_DENIED"),
        (charters.operator(), adhesion.pk, "  ", "REASON_REQUIRED"),
        (charters.operator(), 0, "No such", "NOT_FOUND"),
    ):
        with pytest.raises(Refusal, match=code):
            adhesion_withdraw(actor=actor, adhesion_id=adhesion_id, why=why)
    adhesion.refresh_from_db()
    assert adhesion.withdrawn_at is None


def test_evidence_is_of_ones_own_adhesion_and_its_own_clauses(charter, tmp_path):
    provider, other = make.provider(), make.provider()
    adhesion = charters.signed(provider, charter)
    newer = charter_load(changed(tmp_path, number=2, valid_from="2999-01-01"))
    clause, foreign = charter.clauses.first(), newer.clauses.first()

    def add(actor, clause_id, description="Bills of 2026"):
        return evidence_add(
            actor=actor,
            adhesion_id=adhesion.pk,
            clause_id=clause_id,
            description=description,
            document_reference="bills.pdf",
        )

    for actor, clause_id, description, code in (
        (charters.manager_of(other), clause.pk, "x", "NOT_FOUND"),
        (charters.manager_of(provider), foreign.pk, "x", "NOT_FOUND"),
        (charters.manager_of(provider), clause.pk, " ", "DESCRIPTION_REQUIRED"),
    ):
        with pytest.raises(Refusal, match=code):
            add(actor, clause_id, description)
    evidence = add(charters.manager_of(provider), clause.pk)
    first = charters.operator()
    assert evidence_check(actor=first, evidence_id=evidence.pk).checked_by_id == first.user_id
    again = evidence_check(actor=charters.operator(), evidence_id=evidence.pk)
    assert again.checked_by_id == first.user_id
    with pytest.raises(Refusal, match="PERMISSION_DENIED"):
        evidence_check(actor=charters.manager_of(provider), evidence_id=evidence.pk)


def test_eight_signatures_at_once_are_one(committed_db):
    charter, provider = charter_load(CHARTER), make.provider()
    actor = charters.manager_of(provider)

    def sign() -> None:
        adhesion_sign(actor=actor, provider_id=provider.pk, text_hash=charter.sha256)

    assert sorted(at_once(lambda _n: ended(sign))) == ["CHARTER_ALREADY_SIGNED"] * 7 + ["DONE"]
    assert Adhesion.objects.count() == 1
