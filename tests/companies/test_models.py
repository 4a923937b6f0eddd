"""What the database itself refuses, whoever writes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import Error, IntegrityError, transaction
from django.utils import timezone, translation

from marketplace.companies.models import (
    BenefitCategory,
    Employment,
    TopUp,
    TopUpStatus,
    WelfarePlan,
)
from marketplace.payments.models import StripeEvent
from tests.companies import factories

pytestmark = pytest.mark.django_db


def test_the_letters_of_the_law_are_there_in_both_languages():
    codes = list(BenefitCategory.objects.values_list("code", flat=True))
    assert codes == ["f", "f-bis", "f-ter", "f-quater", "d-bis", "c3", "c3-bis"]
    transport = BenefitCategory.objects.get(code="d-bis")
    with translation.override("it"):
        assert transport.name == "Abbonamenti al trasporto pubblico"
    with translation.override("en"):
        assert transport.name == "Public transport season tickets"


def test_one_open_employment_per_person_and_company():
    first = factories.employment(factories.company())
    with pytest.raises(IntegrityError), transaction.atomic():
        Employment.objects.create(user=first.user, company=first.company, since=date(2025, 1, 1))
    first.until = date(2024, 12, 31)
    first.save()
    Employment.objects.create(user=first.user, company=first.company, since=date(2025, 1, 1))


def test_an_employment_is_in_force_from_its_first_day_to_its_last():
    today = timezone.localdate()
    work = factories.employment(factories.company(), since=today, until=today)
    assert work.in_force_on(today)
    assert not work.in_force_on(today + timedelta(days=1))
    assert not work.in_force_on(today - timedelta(days=1))


def test_a_plan_name_is_used_once_in_a_company():
    plan = factories.plan(factories.company(), name="Welfare 2026")
    with pytest.raises(IntegrityError), transaction.atomic():
        WelfarePlan.objects.create(
            company=plan.company, name=plan.name, source=plan.source, valid_from=plan.valid_from
        )


def top_up(**facts):
    company = factories.company()
    given = {
        "company": company,
        "amount_cents": 100,
        "method": "card",
        "idempotency_key": "k",
        "requested_by": factories.user(),
    }
    return TopUp.objects.create(**{**given, **facts})


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_cents": 0},
        {"amount_cents": -1},
        {"status": TopUpStatus.SUCCEEDED},
        {"status": TopUpStatus.PENDING, "transfer_id": 1},
    ],
)
def test_a_top_up_that_cannot_be_is_refused(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        top_up(**wrong)


def test_who_asks_for_a_top_up_does_not_confirm_it():
    who = factories.user()
    with pytest.raises(IntegrityError), transaction.atomic():
        top_up(requested_by=who, confirmed_by=who)


@pytest.mark.parametrize("change", ["update", "delete"])
def test_a_stripe_event_is_never_changed(change):
    event = StripeEvent.objects.create(event_id="evt_1", type="x", payload_sha256="0" * 64)
    rows = StripeEvent.objects.filter(pk=event.pk)
    with pytest.raises(Error, match="never changed"), transaction.atomic():
        rows.update(type="y") if change == "update" else rows._raw_delete("default")
