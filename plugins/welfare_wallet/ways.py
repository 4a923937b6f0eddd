"""Which of somebody's wallets pay for an article, and why one does not: before it is in a cart.

By the gates' own rules, for a whole page of articles in a constant number of statements.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from marketplace.companies.models import BenefitCategory
from marketplace.ledger.selectors import wallet_balances
from marketplace.money import euro
from marketplace.refusals import Refusal
from marketplace.window.selectors import offered
from plugins.welfare_wallet.budgets import Meter, meters_of_wallets
from plugins.welfare_wallet.gates import categories_of_plans, pays_for
from plugins.welfare_wallet.models import Wallet

MOST_LISTINGS = 100


@dataclass(frozen=True, slots=True)
class Article:
    """What is asked about: one piece of it, gross, in cents."""

    listing_pk: int
    category_code: str
    price_cents: int


@dataclass(frozen=True, slots=True)
class Way:
    """One wallet and one article; ``refusal`` says why it does not pay, None where it does."""

    listing_pk: int
    wallet: Wallet
    credit_cents: int
    refusal: Refusal | None

    @property
    def pays(self) -> bool:
        return self.refusal is None


def ways_to_pay(*, user_id: int, listing_ids: Collection[int]) -> list[Way]:
    """Each wallet of the user's with each of the listings that are offered now.

    Raises:
        Refusal: TOO_MANY_LISTINGS above a hundred.
    """
    if len(listing_ids) > MOST_LISTINGS:
        raise Refusal(
            "TOO_MANY_LISTINGS",
            _("Ask about at most %(most)s articles at once.") % {"most": MOST_LISTINGS},
            field="listings",
        )
    wallets = list(
        Wallet.objects.filter(user_id=user_id).select_related("plan", "company__organisation")
    )
    articles = _articles(listing_ids) if wallets else []
    if not articles:
        return []
    ids = [wallet.pk for wallet in wallets]
    allowed = categories_of_plans({wallet.plan_id for wallet in wallets if wallet.plan_id})
    meters, balances = meters_of_wallets(ids), wallet_balances(ids)
    names = BenefitCategory.objects.in_bulk({article.category_code for article in articles})
    return [
        Way(
            article.listing_pk,
            wallet,
            balances[wallet.pk].total_cents,
            _outside_plan(wallet, allowed, article, names)
            or _over_budget(meters[wallet.pk], article)
            or _too_little(balances[wallet.pk].total_cents, article),
        )
        for article in articles
        for wallet in wallets
    ]


def _articles(listing_ids: Collection[int]) -> list[Article]:
    rows = offered().filter(pk__in=listing_ids)
    found = rows.values_list("pk", "category_code", "searchable__price_cents")
    return [Article(*row) for row in found]


def _outside_plan(
    wallet: Wallet,
    allowed: dict[int, set[str]],
    article: Article,
    names: dict[str, BenefitCategory],
) -> Refusal | None:
    if wallet.plan is None or pays_for(allowed[wallet.plan.pk], article.category_code):
        return None
    category = names.get(article.category_code)
    return Refusal(
        "LINE_OUTSIDE_PLAN",
        _("Your plan does not pay for «%(name)s» (letter %(code)s).")
        % {"name": category.name if category else "", "code": article.category_code},
        category=article.category_code,
    )


def _over_budget(meters: Sequence[Meter], article: Article) -> Refusal | None:
    for meter in meters:
        with_it = replace(meter, in_cart_cents=article.price_cents)
        if meter.code == article.category_code and with_it.is_over:
            return Refusal(
                "CATEGORY_BUDGET_EXCEEDED",
                _("Of the year's budget of %(limit)s for «%(name)s», %(left)s are left.")
                % {
                    "limit": euro(meter.limit_cents),
                    "name": meter.name,
                    "left": euro(meter.left_cents),
                },
                category=meter.code,
            )
    return None


def _too_little(credit_cents: int, article: Article) -> Refusal | None:
    missing = article.price_cents - credit_cents
    if missing <= 0:
        return None
    return Refusal(
        "INSUFFICIENT_CREDIT",
        _("There are %(credit)s to spend: %(missing)s are missing.")
        % {"credit": euro(credit_cents), "missing": euro(missing)},
        missing_cents=missing,
    )
