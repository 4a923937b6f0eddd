"""The charter through the API: anybody reads it, a manager signs what it read."""

from __future__ import annotations

import hashlib

import pytest
from django.utils import timezone

from marketplace.api.entities import to_global
from plugins.ethics_charter.models import Adhesion, Evidence
from tests.ethics_charter import factories as charters
from tests.providers import factories as make

CHARTER = "{ charter { id number title sha256 canonicalText clauses { id dimension text } } }"
SIGN = """mutation($provider: ID!, $hash: String!) {
  charterSign(provider: $provider, textHash: $hash) {
    errors { code field }
    adhesion { id isInForce validUntil version { number } providerName } } }"""
ADHESIONS = """query($provider: ID) {
  providerAdhesions(first: 100, provider: $provider) { totalCount
  edges { node { id providerId providerName signedBy isInForce version { number clauses { id } }
    evidence { description clause { number } } } } } }"""
WITHDRAW = """mutation($id: ID!) { adhesionWithdraw(id: $id, why: "False origin") {
  errors { code } adhesion { isInForce withdrawnWhy } } }"""
EVIDENCE = """mutation($adhesion: ID!, $clause: ID!) {
  evidenceAdd(adhesion: $adhesion, clause: $clause, description: "Bills") {
    errors { code } evidence { id checkedAt clause { number } } } }"""
CHECK = "mutation($id: ID!) { evidenceCheck(id: $id) { errors { code } evidence { checkedAt } } }"

pytestmark = pytest.mark.django_db


def test_anybody_reads_the_text_in_its_language_and_can_check_its_hash(api, charter):
    english = api.data(CHARTER)["charter"]
    italian = api(CHARTER, language="it")["data"]["charter"]
    assert english["title"].startswith("Ethics charter")
    assert italian["title"].startswith("Carta etica")
    assert len(italian["clauses"]) == 12
    for answer in (english, italian):
        assert hashlib.sha256(answer["canonicalText"].encode()).hexdigest() == answer["sha256"]


def test_without_a_charter_there_is_none(api):
    assert api.data(CHARTER)["charter"] is None


def test_a_manager_signs_what_it_was_shown(api, charter):
    provider = make.provider("Forno di Lovere")
    manager = make.member(provider.pk)
    shown = api.data(CHARTER)["charter"]["sha256"]
    asked = {"provider": to_global("Provider", provider.pk), "hash": shown}
    signed = api.data(SIGN, asked, user=manager)["charterSign"]
    assert signed["errors"] == []
    assert signed["adhesion"]["isInForce"] is True
    assert signed["adhesion"]["providerName"] == "Forno di Lovere"


def test_who_may_not_sign_does_not(api, charter):
    provider = make.provider()
    asked = {"provider": to_global("Provider", provider.pk), "hash": charter.sha256}
    outsider = make.member(make.provider().pk)
    for who, code in (
        (None, "NOT_SIGNED_IN"),
        (make.user(), "PERMISSION_DENIED"),
        (make.operator(), "PERMISSION_DENIED"),
        (outsider, "NOT_FOUND"),
    ):
        assert api.refused(SIGN, asked, user=who) == [code]
    wrong = asked | {"hash": "0" * 64}
    assert api.refused(SIGN, wrong, user=make.member(provider.pk)) == ["CHARTER_TEXT_CHANGED"]
    assert not Adhesion.objects.exists()


def test_a_manager_sees_its_own_adhesions_and_an_operator_all(api, charter):
    mine, other = make.provider(), make.provider()
    for one in (mine, other):
        charters.signed(one, charter)
    manager, of_other = make.member(mine.pk), {"provider": to_global("Provider", other.pk)}
    seen = api.data(ADHESIONS, user=manager)["providerAdhesions"]
    assert [one["node"]["providerId"] for one in seen["edges"]] == [to_global("Provider", mine.pk)]
    assert api.data(ADHESIONS, of_other, user=manager)["providerAdhesions"]["totalCount"] == 0
    operator = make.operator()
    assert api.data(ADHESIONS, user=operator)["providerAdhesions"]["totalCount"] == 2
    assert api.data(ADHESIONS, of_other, user=operator)["providerAdhesions"]["totalCount"] == 1
    assert api.refused(ADHESIONS, user=make.user()) == ["PERMISSION_DENIED"]


def test_a_long_list_costs_what_a_short_one_does(api, charter):
    operator = make.operator()

    def statements(adhesions: int) -> int:
        while Adhesion.objects.count() < adhesions:
            provider = make.provider()
            adhesion = charters.signed(provider, charter)
            Evidence.objects.create(
                adhesion=adhesion,
                clause=charter.clauses.first(),
                description="Bills",
                added_by=make.user(),
            )
        return api.cost(ADHESIONS, user=operator)

    assert statements(5) == statements(50)


def test_evidence_is_added_and_checked_and_the_adhesion_withdrawn(api, charter):
    provider = make.provider()
    adhesion = to_global("CharterAdhesion", charters.signed(provider, charter).pk)
    manager, operator = make.member(provider.pk), make.operator()
    asked = {"adhesion": adhesion, "clause": to_global("CharterClause", charter.clauses.first().pk)}
    outsider = make.member(make.provider().pk)
    assert api.refused(EVIDENCE, asked, user=outsider) == ["NOT_FOUND"]
    added = api.data(EVIDENCE, asked, user=manager)["evidenceAdd"]["evidence"]
    assert (added["clause"]["number"], added["checkedAt"]) == (1, None)
    assert api.refused(CHECK, {"id": added["id"]}, user=manager) == ["PERMISSION_DENIED"]
    checked = api.data(CHECK, {"id": added["id"]}, user=operator)["evidenceCheck"]["evidence"]
    assert checked["checkedAt"]
    assert api.refused(WITHDRAW, {"id": adhesion}, user=manager) == ["PERMISSION_DENIED"]
    gone = api.data(WITHDRAW, {"id": adhesion}, user=operator)["adhesionWithdraw"]["adhesion"]
    assert gone == {"isInForce": False, "withdrawnWhy": "False origin"}


SIGNED = """query($provider: ID!) { signedCharter(provider: $provider) {
  providerName signedBy signedAt validFrom validUntil textHash withdrawnFrom isInForce
  version { number title clauses { text } sha256 } } }"""


@pytest.mark.django_db
def test_anybody_opens_the_charter_that_a_provider_signed(api, charter):
    provider = make.provider("Forno")
    ask = {"provider": to_global("Provider", provider.pk)}
    assert api.data(SIGNED, ask)["signedCharter"] is None
    signer = charters.signed(provider, charter).signed_by
    type(signer).objects.filter(pk=signer.pk).update(first_name="Ada", last_name="Fornai")
    found = api.data(SIGNED, ask)["signedCharter"]
    assert (found["providerName"], found["isInForce"]) == ("Forno", True)
    assert found["textHash"] == found["version"]["sha256"] == charter.sha256
    assert found["signedBy"] == "Ada Fornai"
    assert "@" not in str(found)
    Adhesion.objects.update(
        withdrawn_at=timezone.now(), withdrawn_from=timezone.localdate(), withdrawn_why="Secret"
    )
    found = api.data(SIGNED, ask)["signedCharter"]
    assert (found["isInForce"], found["withdrawnFrom"]) == (False, str(timezone.localdate()))
    assert "Secret" not in str(found)
