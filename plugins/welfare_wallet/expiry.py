"""Warnings by e-mail before credit expires: 60, 30 and 7 days before, each once.

What is due on a day is the tightest warning that a wallet's expiring credit has come under and has
not had: so a beat that did not run for a month writes one letter, not three, and credit given late
is warned of as soon as it can be. Letter, warnings and sending are one transaction: the letter's
unique key makes a second process wait and then find it written, and a letter that could not be sent
has not been written. A crash between sending and commit writes a letter twice rather than never.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from babel.lists import format_list
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from marketplace import wording
from marketplace.companies.models import LapseTo
from marketplace.ledger.selectors import ExpiringCredit, expiring_credit
from marketplace.money import euro
from marketplace.shop.orders import languages_of
from plugins.welfare_wallet.models import ExpiryLetter, ExpiryWarning, Wallet, WalletKind

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """A warning to be given: ``days_before`` is which, ``days_left`` how many there really are."""

    credit: ExpiringCredit
    days_before: int
    days_left: int


def expiry_warn_all(on: date | None = None) -> int:
    """Write to everybody who is due on a day (today where not given); how many letters went out.

    One person's letter that cannot be sent is logged, stays due, and keeps nobody else's.
    """
    day = on or timezone.localdate()
    due = {one.credit.wallet_id for one in _due(day)}
    wallets = Wallet.objects.filter(pk__in=due, user__is_active=True).exclude(user__email="")
    people = list(wallets.order_by("user_id").values_list("user_id", flat=True).distinct())
    languages = languages_of(people)
    sent = 0
    for user_id in people:
        try:
            sent += expiry_warn(user_id=user_id, on=day, language=languages.get(user_id, ""))
        except OSError:
            # smtplib's errors are OSErrors; whose address it was stays out of the log.
            logger.exception("the expiry letter of user %s could not be sent", user_id)
    return sent


def expiry_warn(*, user_id: int, on: date, language: str = "") -> bool:
    """Write one person's letter of a day with all that is due; False where there is nothing to say,
    or it was written before."""
    with transaction.atomic():
        letter, new = ExpiryLetter.objects.get_or_create(user_id=user_id, day=on)
        wallets = Wallet.objects.filter(user_id=user_id).select_related(
            "user", "plan", "company__organisation"
        )
        held = {wallet.pk: wallet for wallet in wallets}
        due = _due(on, held) if new else []
        if not due:
            if new:
                letter.delete()
            return False
        ExpiryWarning.objects.bulk_create(
            ExpiryWarning(
                letter=letter,
                wallet_id=one.credit.wallet_id,
                expires_on=one.credit.expires_on,
                days_before=one.days_before,
                cents=one.credit.cents,
            )
            for one in due
        )
        _send(held, due, language)
    return True


def _due(on: date, wallet_ids: Iterable[int] | None = None) -> list[Due]:
    """Warnings that are due and were not given, by wallet and expiry; two queries."""
    warn_before = sorted(settings.CREDIT_WARNING_DAYS)
    until = on + timedelta(days=warn_before[-1])
    expiring = expiring_credit(on, until, wallet_ids=wallet_ids)
    given = set(
        ExpiryWarning.objects.filter(
            wallet_id__in={credit.wallet_id for credit in expiring}, expires_on__gte=on
        ).values_list("wallet_id", "expires_on", "days_before")
    )
    return [one for one in _tightest(on, expiring, warn_before) if _key(one) not in given]


def _tightest(
    on: date, expiring: Iterable[ExpiringCredit], warn_before: list[int]
) -> Iterator[Due]:
    for credit in expiring:
        left = (credit.expires_on - on).days
        yield Due(credit, next(days for days in warn_before if left <= days), left)


def _key(due: Due) -> tuple[int, date, int]:
    return due.credit.wallet_id, due.credit.expires_on, due.days_before


def _send(wallets: dict[int, Wallet], due: list[Due], language: str) -> None:
    person: Any = wallets[due[0].credit.wallet_id].user
    known = dict(settings.LANGUAGES)
    spoken = language if language in known else settings.LANGUAGE_CODE
    with translation.override(spoken):
        said = _said(person, wallets, due)
        letter = EmailMultiAlternatives(
            subject=" ".join(render_to_string(f"expiry/{spoken}.subject.txt", said).split()),
            body=render_to_string(f"expiry/{spoken}.txt", said),
            to=[person.email],
        )
        html = render_to_string(f"expiry/{spoken}.html", said)
    letter.attach_alternative(html, "text/html")
    letter.send()


def _said(person: Any, wallets: dict[int, Wallet], due: list[Due]) -> dict[str, Any]:
    """What the templates say, amounts and days in the active language."""
    ordered = sorted(due, key=lambda one: (one.credit.expires_on, one.credit.wallet_id))
    site = settings.STOREFRONT_URL
    return {
        "name": person.first_name,
        "total": euro(sum(one.credit.cents for one in ordered)),
        "first_day": wording.day(ordered[0].credit.expires_on),
        "several": len(ordered) > 1,
        "credits": [
            {
                "sum": euro(one.credit.cents),
                "day": wording.day(one.credit.expires_on),
                "days_left": one.days_left,
                **_of_wallet(wallets[one.credit.wallet_id]),
            }
            for one in ordered
        ],
        # "60, 30 e 7"
        "days": format_list(
            [str(days) for days in sorted(settings.CREDIT_WARNING_DAYS, reverse=True)],
            locale=wording.locale(),
        ),
        "shop_url": site,
        "calendar_url": f"{site}/borsellino/scadenze/" if site else "",
    }


def _of_wallet(wallet: Wallet) -> dict[str, Any]:
    """Of which plan it is, and where it goes when it expires."""
    of_plan = wallet.kind == WalletKind.PLAN
    to_company = of_plan and wallet.plan.lapse_to == LapseTo.COMPANY_BUDGET
    return {
        "plan": wallet.plan.name if of_plan else "",
        "company": wallet.company.organisation.name if of_plan else "",
        "to_company": to_company,
    }
