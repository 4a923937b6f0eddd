"""Changing the levy: one row, for days that have not levied yet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from marketplace.people.models import OrganisationKind, Role
from marketplace.refusals import Refusal
from plugins.solidarity_fund import levies
from plugins.solidarity_fund.models import Levy, LevyPolicy
from tests.solidarity_fund import factories

pytestmark = pytest.mark.django_db

CREATE = """mutation($i: LevyPolicyInput!) { levyPolicyCreate(input: $i) {
  policy { providerBps companyBps validFrom validUntil } errors { field code message } } }"""


@pytest.fixture
def fund():
    return factories.fund()


def levy_something(on: date) -> None:
    provider = factories.organisation(OrganisationKind.PROVIDER)
    sale = factories.sale((provider.pk, 1_000), user_id=factories.employee().pk, on=on)
    levies.recorder.order_placed(factories.placed(sale, levies.levy_of(sale)))


def test_changing_the_share_is_one_row_and_changes_sales_from_its_day_on(fund):
    first = factories.policy(fund, 300, 100, valid_from=date(2026, 1, 1))
    second = factories.policy(fund, 500, 0, valid_from=date(2026, 7, 1))
    first.refresh_from_db()
    assert LevyPolicy.objects.count() == 2
    assert first.valid_until == date(2026, 6, 30)
    before = levies.shares_on(date(2026, 6, 30)).of(1, 10_000, company_pays=True)
    after = levies.shares_on(date(2026, 7, 1)).of(1, 10_000, company_pays=True)
    assert (before.policy_id, before.provider_cents, before.company_cents) == (first.pk, 300, 100)
    assert (after.policy_id, after.provider_cents, after.company_cents) == (second.pk, 500, 0)


def test_a_change_is_seen_by_the_next_sale_of_this_process(fund):
    factories.policy(fund, 300)
    assert levies.shares_on(factories.DAY).provider_bps == 300
    factories.policy(fund, 700, valid_from=factories.DAY)
    assert levies.shares_on(factories.DAY).provider_bps == 700


def test_days_that_have_levied_keep_their_policy(fund):
    factories.policy(fund)
    levy_something(factories.DAY)
    with pytest.raises(Refusal) as refused:
        factories.policy(fund, 700, valid_from=factories.DAY)
    assert refused.value.code == "LEVY_POLICY_IN_USE"
    factories.policy(fund, 700, valid_from=factories.DAY + timedelta(days=1))
    assert levies.shares_on(factories.DAY).provider_bps == 300


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"provider_bps": -1}, "INVALID_SHARE"),
        ({"provider_bps": 10_001}, "INVALID_SHARE"),
        ({"company_bps": 10_001}, "INVALID_SHARE"),
        ({"valid_until": date(2025, 12, 31)}, "INVALID_PERIOD"),
        ({"valid_from": date(2025, 12, 1)}, "LEVY_POLICY_OVERLAP"),
        ({"valid_from": date(2025, 12, 1), "valid_until": date(2026, 1, 1)}, "LEVY_POLICY_OVERLAP"),
        ({}, "LEVY_POLICY_OVERLAP"),
    ],
)
def test_what_is_no_policy_is_refused_and_changes_nothing(fund, given, code):
    factories.policy(fund)
    with pytest.raises(Refusal) as refused, transaction.atomic():
        factories.policy(fund, **{"valid_from": date(2026, 1, 1), **given})
    assert refused.value.code == code
    assert LevyPolicy.objects.get().valid_until is None


OVERLAP = """INSERT INTO solidarity_fund_levypolicy
    (fund_id, provider_bps, company_bps, valid_from, valid_until, created_at)
    VALUES (%s, 1, 1, '2026-03-01', '2026-03-31', now())"""


def test_the_database_keeps_one_policy_a_day(fund):
    factories.policy(fund)
    with (
        pytest.raises(IntegrityError, match="levy_policy_one_per_day"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(OVERLAP, [fund.pk])


def test_without_its_constraint_two_policies_would_hold_on_one_day(fund):
    factories.policy(fund)
    factories.unguarded(
        "ALTER TABLE solidarity_fund_levypolicy DROP CONSTRAINT levy_policy_one_per_day"
    )
    with connection.cursor() as cursor:
        cursor.execute(OVERLAP, [fund.pk])
    assert LevyPolicy.objects.count() == 2


@pytest.mark.parametrize(
    "write",
    [
        "UPDATE solidarity_fund_levypolicy SET provider_bps = 1",
        "UPDATE solidarity_fund_levypolicy SET valid_from = '2026-02-01'",
        "UPDATE solidarity_fund_levypolicy SET valid_until = '2026-10-04'",
        "DELETE FROM solidarity_fund_levypolicy",
    ],
)
def test_a_policy_that_has_levied_does_not_change(fund, write):
    factories.policy(fund)
    levy_something(factories.DAY)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(write)
    LevyPolicy.objects.update(valid_until=factories.DAY)


def test_a_policy_that_has_not_levied_may_go(fund):
    factories.policy(fund)
    LevyPolicy.objects.all().delete()
    assert not Levy.objects.exists()


def policy_input(**given):
    tomorrow = timezone.localdate() + timedelta(days=1)
    return {"i": {"providerBps": 400, "companyBps": 0, "validFrom": str(tomorrow), **given}}


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.COMMITTEE_CHAIR])
def test_the_operator_and_the_chair_set_the_levy(api, fund, role):
    where = fund.organisation
    if role == Role.OPERATOR:
        where = factories.organisation(OrganisationKind.OPERATOR)
    user = factories.person((role, where))
    payload = api.data(CREATE, policy_input(), user=user)["levyPolicyCreate"]
    assert payload["errors"] == []
    assert payload["policy"]["providerBps"] == 400
    assert LevyPolicy.objects.get().created_by_id == user.pk


def test_nobody_else_sets_the_levy(api, fund):
    other_fund = factories.fund("Another")
    chair_elsewhere = factories.person((Role.COMMITTEE_CHAIR, other_fund.organisation))
    treasurer = factories.person((Role.TREASURER, fund.organisation))
    assert api.refused(CREATE, policy_input()) == ["NOT_SIGNED_IN"]
    for user in (chair_elsewhere, treasurer, factories.employee()):
        assert api.refused(CREATE, policy_input(), user=user) == ["PERMISSION_DENIED"]
    assert not LevyPolicy.objects.exists()


def test_a_share_beyond_the_whole_names_its_field(api, fund):
    user = factories.person((Role.COMMITTEE_CHAIR, fund.organisation))
    payload = api.data(CREATE, policy_input(providerBps=10_001), user=user)["levyPolicyCreate"]
    assert [(e["field"], e["code"]) for e in payload["errors"]] == [
        ("providerBps", "INVALID_SHARE")
    ]
