"""Letters before credit expires: 60, 30 and 7 days before, once each, one per person and day."""

from __future__ import annotations

import smtplib
from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from marketplace.ledger.selectors import wallet_balance
from plugins.welfare_wallet import expiry
from plugins.welfare_wallet.expiry import expiry_warn, expiry_warn_all
from plugins.welfare_wallet.models import ExpiryLetter, ExpiryWarning
from tests import shopping
from tests.at_once import at_once
from tests.companies import factories as companies

TODAY = timezone.localdate


def day(days: int) -> date:
    return TODAY() + timedelta(days=days)


@pytest.fixture
def person(town):
    """Somebody with 30 euro that end in 100 days, beside the town's employee (in 200 days)."""
    user = companies.employment(town.company).user
    town.more["person"] = user
    shopping.give(town.company, town.plan, user, 3_000, days=100)
    return user


def letters() -> list[str]:
    return [message.to[0] for message in mail.outbox]


def warnings() -> list[tuple[int, int]]:
    return list(ExpiryWarning.objects.values_list("days_before", "cents"))


def test_sixty_thirty_and_seven_days_before_and_on_no_other_day(person):
    written = [left for left in range(101, -2, -1) if expiry_warn_all(day(100 - left))]
    assert written == [60, 30, 7]
    assert letters() == [person.email] * 3
    assert warnings() == [(60, 3_000), (30, 3_000), (7, 3_000)]


@pytest.mark.parametrize(
    ("runs", "written"),
    [
        ([60, 60, 60], [60]),
        # Nothing ran for weeks: one letter, of the tightest.
        ([25], [30]),
        ([5, 4, 0], [7]),
        ([58, 20, 19, 6], [60, 30, 7]),
        ([61, -1], []),
    ],
)
def test_missed_days_are_caught_up_with_in_one_letter(person, runs, written):
    for left in runs:
        expiry_warn_all(day(100 - left))
    assert [days for days, _cents in warnings()] == written
    assert len(mail.outbox) == len(written)


def test_one_letter_lists_all_that_expires_and_the_day_of_each(town, person):
    shopping.give(town.company, town.plan, person, 1_050, days=75)
    shopping.give(town.company, town.plan, person, 450, days=75)
    assert expiry_warn_all(day(70)) == 1
    (letter,) = mail.outbox
    assert warnings() == [(7, 1_500), (30, 3_000)]
    assert "€15.00" in letter.body or "15,00" in letter.body
    assert letter.body.index("15,00") < letter.body.index("30,00")
    assert "45,00" in letter.subject


def test_what_is_spent_is_not_warned_of(api, town, person):
    jar = shopping.variant(town.dairy, "Small jar", 3_000, warehouse=town.warehouse)
    wanted = shopping.purchase_input("all-of-it", (jar, 1), method="pick_up")
    assert not api.data(shopping.PURCHASE, wanted, user=person)["purchaseCreate"]["errors"]
    assert wallet_balance(person.wallets.get().pk).total_cents == 0
    assert expiry_warn_all(day(95)) == 0
    assert ExpiryLetter.objects.count() == 0


def test_credit_that_comes_late_is_warned_of_as_soon_as_it_can_be(town, person):
    assert expiry_warn_all(day(40)) == 1
    shopping.give(town.company, town.plan, person, 900, days=50)
    assert expiry_warn_all(day(40)) == 0, "a second letter on one day"
    assert expiry_warn_all(day(41)) == 1
    assert warnings() == [(60, 3_000), (30, 900)]


def test_a_lot_that_got_more_days_is_warned_of_again(person):
    assert expiry_warn_all(day(95)) == 1
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_account SET expires_on = %s WHERE expires_on = %s", [day(160), day(100)]
        )
    assert expiry_warn_all(day(96)) == 0
    assert expiry_warn_all(day(110)) == 1


def test_in_the_language_that_the_person_last_ordered_in(api, town, person):
    wanted = shopping.purchase_input("in-english", (town.honey, 1), method="pick_up")
    api.data(shopping.PURCHASE, wanted, user=person, language="en")
    expiry_warn_all(day(95))
    assert mail.outbox[0].subject.startswith("Credit about to expire: €21.50 to spend by")
    assert "We write 60, 30 and 7 days before" in mail.outbox[0].body
    assert "What you do not spend goes back to your company" in mail.outbox[0].body
    expiry_warn_all(day(140))
    assert mail.outbox[1].to == [town.employee.email]
    assert mail.outbox[1].subject.startswith("Credito in scadenza: 200,00 € da usare entro il")


def test_nothing_that_somebody_typed_is_markup(town, person):
    type(person).objects.filter(pk=person.pk).update(first_name="<b>Anna</b> & C.")
    type(town.plan).objects.filter(pk=town.plan.pk).update(name="Piano <i>A&B</i>")
    expiry_warn_all(day(95))
    (letter,) = mail.outbox
    ((html, _kind),) = letter.alternatives
    assert "Ciao <b>Anna</b> & C." in letter.body
    assert "Piano <i>A&B</i>" in letter.body
    assert "<b>Anna" not in html
    assert "&lt;b&gt;Anna" in html
    assert "&lt;i&gt;A&amp;B" in html


def test_both_forms_lead_to_the_shop(person, settings):
    settings.STOREFRONT_URL = "https://negozio.example"
    expiry_warn_all(day(95))
    (letter,) = mail.outbox
    ((html, _kind),) = letter.alternatives
    for text in (letter.body, html):
        assert "https://negozio.example/borsellino/scadenze/" in text


def test_who_has_gone_or_has_no_address_is_not_written_to(person):
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert expiry_warn_all(day(95)) == 0
    assert ExpiryLetter.objects.count() == 0


def test_a_letter_that_cannot_be_sent_stays_due_and_keeps_nobody_elses(town, person, monkeypatch):
    shopping.give(town.company, town.plan, town.employee, 500, days=100)
    send = expiry.EmailMultiAlternatives.send

    def broken(letter, *args, **kwargs):
        if letter.to == [town.employee.email]:
            raise smtplib.SMTPServerDisconnected
        return send(letter, *args, **kwargs)

    monkeypatch.setattr(expiry.EmailMultiAlternatives, "send", broken)
    assert expiry_warn_all(day(95)) == 1
    assert letters() == [person.email]
    monkeypatch.undo()
    assert expiry_warn_all(day(95)) == 1
    assert letters() == [person.email, town.employee.email]


# At the same moment.

AT_ONCE = 4


@pytest.fixture
def due(committed_db):
    town = shopping.build()
    user = companies.employment(town.company).user
    shopping.give(town.company, town.plan, user, 3_000, days=50)
    return user


@pytest.mark.slow
def test_several_beats_at_once_write_one_letter(due):
    assert sorted(at_once(lambda _n: expiry_warn_all(), AT_ONCE)) == [0] * (AT_ONCE - 1) + [1]
    assert letters() == [due.email]
    assert ExpiryWarning.objects.count() == 1


@pytest.mark.slow
def test_without_the_unique_keys_they_would_write_several(due):
    """The twin."""
    with connection.cursor() as cursor:
        for table, name in (
            ("expiryletter", "expiry_letter_once_a_day"),
            ("expirywarning", "expiry_warning_once"),
        ):
            cursor.execute(f"ALTER TABLE welfare_wallet_{table} DROP CONSTRAINT {name}")
    from threading import Barrier

    met = Barrier(AT_ONCE)
    original = expiry._due

    def looked(*args):
        found = original(*args)
        met.wait(timeout=30)
        return found

    expiry._due = looked
    try:
        at_once(lambda _n: expiry_warn(user_id=due.pk, on=TODAY()), AT_ONCE)
    finally:
        expiry._due = original
    assert len(mail.outbox) > 1
