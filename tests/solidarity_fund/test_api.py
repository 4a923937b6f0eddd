"""The Fund through the API: the story, who may do what, what nobody learns, what lists cost."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from marketplace.api.entities import to_global
from marketplace.people.models import OrganisationKind, Role, SensitiveRead
from plugins.solidarity_fund.models import Award, FundRequest, Minute
from plugins.solidarity_fund.transparency import SMALLEST_GROUP
from tests.solidarity_fund import factories
from tests.solidarity_fund.documents import (
    CREATE,
    INPUT,
    MUTATIONS_OF_A_REQUEST,
    PRECHECK,
    QUERIES,
    QUERIES_OF_A_REQUEST,
)

pytestmark = pytest.mark.django_db


def done(api, name, user, request_id, **given):
    payload = api.data(MUTATIONS_OF_A_REQUEST[name], {"id": request_id, **given}, user=user)[name]
    assert payload["errors"] == []
    return payload


def test_the_story_through_the_api(api, by):
    checked = api.data(PRECHECK, {"i": INPUT}, user=by.applicant)["fundRequestPrecheck"]
    assert (checked["passed"], checked["advised"]) == (True, {"amount": 400.0})
    assert not FundRequest.objects.exists()

    created = api.data(CREATE, {"i": INPUT}, user=by.applicant)["fundRequestCreate"]["request"]
    gid = created["id"]
    assert done(api, "fundRequestSubmit", by.applicant, gid)["request"]["status"] == "SUBMITTED"
    done(api, "fundRequestReviewStart", by.members[0], gid)
    for member in by.members:
        voted = done(api, "fundRequestVote", member, gid)["request"]
    assert (voted["votesCast"], voted["myVote"], voted["recused"]) == (2, "FOR", False)
    decided = done(api, "fundRequestDecide", by.chair, gid, amount=400)["request"]
    assert decided["status"] == "APPROVED"
    assert decided["decision"]["votesFor"] == 2
    assert api.data(QUERIES["fund"], user=by.chair)["fund"]["balance"] == {"amount": 4600.0}

    (edge,) = api.data(QUERIES["fundAwards"], user=by.treasurer)["fundAwards"]["edges"]
    assert edge["node"]["requestId"] == gid
    paid = done(api, "awardPay", by.treasurer, gid)["award"]
    assert (paid["status"], paid["amount"]) == ("PAID", {"amount": 400.0})
    (mine,) = api.data(QUERIES["myFundRequests"], user=by.applicant)["myFundRequests"]["edges"]
    assert mine["node"]["status"] == "PAID"
    minutes = api.data(QUERIES_OF_A_REQUEST["fundMinutes"], {"id": gid}, user=by.chair)
    events = [edge["node"]["event"] for edge in minutes["fundMinutes"]["edges"]]
    assert events[0] == "CREATED"
    assert events[-2:] == ["APPROVED", "PAID"]


# Who may do what


@pytest.fixture
def everybody(by):
    """Each role once, in another organisation where it is one of the Fund's."""
    other = factories.committee()
    here = {
        "nobody": None,
        "applicant": by.applicant,
        "another employee": factories.employee(),
        "member": by.members[0],
        "chair": by.chair,
        "treasurer": by.treasurer,
        "another member": other.members[0],
        "another chair": other.chair,
        "another treasurer": other.treasurer,
    }
    kinds = {
        Role.COMPANY_MANAGER: OrganisationKind.COMPANY,
        Role.WELFARE_MANAGER: OrganisationKind.COMPANY,
        Role.PROVIDER_MANAGER: OrganisationKind.PROVIDER,
        Role.SFA_COORDINATOR: OrganisationKind.TRAINING_SERVICE,
        Role.TUTOR: OrganisationKind.TRAINING_SERVICE,
        Role.TRAINEE: OrganisationKind.TRAINING_SERVICE,
        Role.OPERATOR: OrganisationKind.OPERATOR,
    }
    for role, kind in kinds.items():
        here[role.value] = factories.person((role, factories.organisation(kind)))
    here["the applicant's company"] = factories.person((Role.COMPANY_MANAGER, by.company))
    return here


MAY = {
    "fundRequestSubmit": {"applicant"},
    "fundRequestWithdraw": {"applicant"},
    "fundRequestReviewStart": {"member", "chair"},
    "conflictDeclare": {"member", "chair"},
    "fundRequestVote": {"member", "chair"},
    "fundRequestDecide": {"chair"},
    "awardPay": {"treasurer"},
    "fundRequestFile": {"applicant", "member", "chair"},
    "fundMinutes": {"member", "chair"},
}
DENIED = {"NOT_SIGNED_IN", "PERMISSION_DENIED", "NOT_FOUND"}


@pytest.mark.parametrize("name", MAY)
def test_an_operation_is_its_roles_alone_and_changes_nothing_for_others(api, by, everybody, name):
    stage = {
        "fundRequestSubmit": factories.drafted,
        "fundRequestReviewStart": factories.submitted,
        "awardPay": factories.approved,
    }.get(name, factories.voted)
    made = stage(by)
    document = (MUTATIONS_OF_A_REQUEST | QUERIES_OF_A_REQUEST)[name]
    variables = {"id": to_global("FundRequest", made.pk)}
    minutes, reads = Minute.objects.count(), SensitiveRead.objects.count()
    for who, user in everybody.items():
        if who in MAY[name]:
            continue
        codes = api.refused(document, variables, user=user)
        assert len(codes) == 1, who
        assert codes[0] in DENIED, who
        assert (codes == ["NOT_SIGNED_IN"]) == (who == "nobody")
    assert Minute.objects.count() == minutes
    assert SensitiveRead.objects.count() == reads
    assert FundRequest.objects.get(pk=made.pk).status == made.status


@pytest.mark.parametrize("name", MAY)
def test_those_who_may_are_not_told_that_they_may_not(api, by, everybody, name):
    document = (MUTATIONS_OF_A_REQUEST | QUERIES_OF_A_REQUEST)[name]
    for who in MAY[name]:
        made = factories.drafted(by) if name == "fundRequestSubmit" else factories.voted(by)
        variables = {"id": to_global("FundRequest", made.pk)}
        codes = api.refused(document, variables, user=everybody[who])
        assert not DENIED & set(codes), (who, codes)


LISTS = {
    "fundRequests": {"member", "chair", "another member", "another chair"},
    "fundAwards": {"treasurer", "another treasurer"},
    "myFundRequests": {"everybody signed in"},
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_each_what_is_theirs(api, by, everybody, name):
    factories.approved(by)
    theirs = {"member", "chair", "treasurer"} if name != "myFundRequests" else {"applicant"}
    for who, user in everybody.items():
        answer = api(QUERIES[name], user=user)
        if who == "nobody":
            assert answer["errors"][0]["extensions"]["code"] == "NOT_SIGNED_IN"
        elif who in LISTS[name] or name == "myFundRequests":
            edges = answer["data"][name]["edges"]
            assert len(edges) == (1 if who in theirs else 0), who
        else:
            assert answer["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED", who


def test_only_an_employee_asks_or_tries(api, by, everybody):
    for who, user in everybody.items():
        expected = [] if who in ("applicant", "another employee") else ["PERMISSION_DENIED"]
        if who == "nobody":
            expected = ["NOT_SIGNED_IN"]
        assert api.refused(PRECHECK, {"i": INPUT}, user=user) == expected, who
        assert api.refused(CREATE, {"i": INPUT}, user=user) == expected, who


@pytest.mark.parametrize("name", ["fund", "fundTransparency", "fundRegulation"])
def test_anybody_reads_what_is_public(api, by, name):
    assert api.data(QUERIES[name])[name]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"reason": "holiday"}, "REASON_UNKNOWN", "reason"),
        ({"amount": 0}, "INVALID_AMOUNT", "amount"),
        ({"amount": -5}, "INVALID_AMOUNT", "amount"),
        ({"amount": 1.005}, "INVALID_AMOUNT", "amount"),
        ({"isee": -1}, "INVALID_AMOUNT", "isee"),
        ({"householdSize": 0}, "INVALID_HOUSEHOLD", "householdSize"),
        ({"description": ""}, "DESCRIPTION_MISSING", "description"),
    ],
)
def test_bad_input_gets_a_code_and_its_field(api, by, change, code, field):
    payload = api.data(CREATE, {"i": INPUT | change}, user=by.applicant)["fundRequestCreate"]
    assert [(e["code"], e["field"]) for e in payload["errors"]] == [(code, field)]
    assert not FundRequest.objects.exists()


@pytest.mark.parametrize("gid", ["nonsense", to_global("Order", 1)])
def test_what_is_no_id_of_a_request_is_refused(api, by, gid):
    document = MUTATIONS_OF_A_REQUEST["fundRequestVote"]
    assert api.refused(document, {"id": gid}, user=by.chair) == ["INVALID_ID"]
    unknown = to_global("FundRequest", 10**15)
    assert api.refused(document, {"id": unknown}, user=by.chair) == ["NOT_FOUND"]


# What nobody learns


def test_no_answer_to_the_committee_or_the_treasurer_names_the_applicant(api, by):
    colleague = factories.person(
        (Role.COMMITTEE_MEMBER, by.fund.organisation), (Role.COMPANY_MANAGER, by.company)
    )
    said = []
    made = factories.submitted(by)
    gid = to_global("FundRequest", made.pk)

    def tell(document, user, **variables):
        said.append(json.dumps(api(document, variables, user=user)))

    everybody = [*by.members, by.chair, by.treasurer, colleague]
    tell(MUTATIONS_OF_A_REQUEST["fundRequestReviewStart"], by.chair, id=gid)
    for member in [*by.members, by.chair, colleague]:
        tell(MUTATIONS_OF_A_REQUEST["fundRequestVote"], member, id=gid)
    tell(QUERIES_OF_A_REQUEST["fundRequestFile"], by.members[0], id=gid)
    tell(MUTATIONS_OF_A_REQUEST["fundRequestDecide"], by.chair, id=gid, amount=400)
    tell(MUTATIONS_OF_A_REQUEST["awardPay"], by.treasurer, id=gid)
    for user in everybody:
        for name in ("fundRequests", "fundAwards", "fundTransparency"):
            tell(QUERIES[name], user)
        for document in QUERIES_OF_A_REQUEST.values():
            tell(document, user, id=gid)
    together = "\n".join(said)
    assert Award.objects.get().status == "paid"
    assert "Richiesta" in together
    who = by.applicant
    for secret in (who.email, who.first_name, who.last_name, to_global("User", who.pk)):
        assert secret not in together
    assert by.company.name not in together
    # A recusal by rule names no member: it would tell the applicant's company.
    assert colleague.get_full_name() not in together


def test_each_opening_of_a_file_is_logged_and_lists_open_none(api, by):
    made = factories.submitted(by)
    gid = to_global("FundRequest", made.pk)
    api.data(QUERIES["fundRequests"], user=by.chair)
    assert not SensitiveRead.objects.exists()
    document = QUERIES_OF_A_REQUEST["fundRequestFile"]
    opened = api.data(document, {"id": gid}, user=by.chair)["fundRequestFile"]
    assert opened["description"] == "A treatment that nobody covers"
    reads = SensitiveRead.objects.values_list("reader_id", "object_id", "field", "why")
    assert set(reads) == {
        (by.chair.pk, made.pk, field, "review") for field in ("isee", "household", "description")
    }


def test_who_is_recused_does_not_open_the_file(api, by):
    colleague = factories.person(
        (Role.COMMITTEE_MEMBER, by.fund.organisation), (Role.COMPANY_MANAGER, by.company)
    )
    gid = to_global("FundRequest", factories.submitted(by).pk)
    document = QUERIES_OF_A_REQUEST["fundRequestFile"]
    assert api.refused(document, {"id": gid}, user=colleague) == ["RECUSED"]
    assert not SensitiveRead.objects.exists()


def test_what_is_confidential_rests_encrypted(by):
    factories.submitted(by)
    with connection.cursor() as cursor:
        cursor.execute("SELECT fundrequest::text FROM solidarity_fund_fundrequest AS fundrequest")
        stored = cursor.fetchone()[0]
        cursor.execute("SELECT description FROM solidarity_fund_fundrequest")
        description = bytes(cursor.fetchone()[0])
    assert "treatment" not in stored
    assert b"treatment" not in description
    assert "900000" not in stored


def test_who_is_recused_learns_neither_why_nor_how_much_a_colleague_asks(api, by):
    """That they share a company they know; the rest would be a colleague's need."""
    colleague = factories.person(
        (Role.COMMITTEE_MEMBER, by.fund.organisation), (Role.COMPANY_MANAGER, by.company)
    )
    made = factories.approved(by, 5_000)
    listed = (
        "{ fundRequests(first: 5) { edges { node { id recused reason amount { amount } %s } } } }"
    )
    listed %= "decision { amount { amount } }"
    (theirs,) = api.data(listed, user=colleague)["fundRequests"]["edges"]
    gid = to_global("FundRequest", made.pk)
    nothing = {"reason": None, "amount": None, "decision": None}
    assert theirs["node"] == {"id": gid, "recused": True, **nothing}
    (chairs,) = api.data(listed, user=by.chair)["fundRequests"]["edges"]
    assert None not in chairs["node"].values()
    minutes = QUERIES_OF_A_REQUEST["fundMinutes"]
    assert api.refused(minutes, {"id": gid}, user=colleague) == ["RECUSED"]


def test_totals_stay_away_from_small_groups(api, by):
    for number in range(1, SMALLEST_GROUP + 1):
        factories.approved(by, 5_000, applicant=factories.employee())
        totals = api.data(QUERIES["fundTransparency"])["fundTransparency"]
        if number < SMALLEST_GROUP:
            assert (totals["requests"], totals["awards"], totals["awarded"]) == (None, None, None)
    assert (totals["requests"], totals["awards"]) == (5, 5)
    assert totals["awarded"] == {"amount": 250.0}


def test_the_balance_does_not_tell_of_one_award_either(api, by):
    """What the Fund has before and after a decision would be what one person got."""
    people = [by.applicant, *(factories.employee() for _ in range(SMALLEST_GROUP - 1))]
    before = free(api)
    for person in people[:-1]:
        factories.approved(by, 5_000, applicant=person)
        assert free(api) == free(api, user=by.applicant) == before
    assert free(api, user=by.treasurer) == before - 200
    factories.approved(by, 5_000, applicant=people[-1])
    assert free(api) == before - 250


def free(api, **who):
    return api.data(QUERIES["fund"], **who)["fund"]["balance"]["amount"]


# What lists cost


@pytest.mark.parametrize("name", ["fundRequests", "myFundRequests", "fundAwards"])
def test_a_long_list_costs_what_a_short_one_does(api, by, name):
    user = {
        "fundRequests": by.chair,
        "myFundRequests": by.applicant,
        "fundAwards": by.treasurer,
    }[name]
    factories.approved(by, 10_000)
    one = api.cost(QUERIES[name], user=user)
    for _ in range(4):
        factories.approved(by, 10_000)
    assert api.cost(QUERIES[name], user=user) == one


def test_minutes_and_totals_cost_the_same_however_long(api, by):
    made = factories.submitted(by)
    gid = to_global("FundRequest", made.pk)
    document = QUERIES_OF_A_REQUEST["fundMinutes"]
    one = api.cost(document, {"id": gid}, user=by.chair)
    totals = api.cost(QUERIES["fundTransparency"])
    factories.approved(by, applicant=factories.employee())
    long = to_global("FundRequest", factories.approved(by, applicant=factories.employee()).pk)
    assert api.cost(document, {"id": long}, user=by.chair) == one
    assert api.cost(QUERIES["fundTransparency"]) == totals
