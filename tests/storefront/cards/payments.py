"""Card payments of the demo's employee in each state that has a page."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count

from django.contrib.auth import get_user_model
from django.utils import timezone
from saleor.product.models import ProductVariant

from marketplace.api.entities import to_global
from marketplace.cards.models import CardPayment, CardPaymentStatus
from marketplace.companies.models import PlanBudget
from marketplace.providers.models import Listing
from marketplace.sales.spending import spent_by_category
from plugins.welfare_wallet.split.beginning import purchase_reserve
from plugins.welfare_wallet.split.ending import payment_apply, payment_release
from tests.storefront.shop import EMPLOYEE, Shop
from tests.welfare_wallet.split.factories import request, seen

_numbers = count(1)
BUDGET_CENTS = 500


def waiting(shop: Shop) -> str:
    return f"{_path(shop, lambda _payment: None)}ritorno/"


def refused(shop: Shop) -> str:
    def decline(payment: CardPayment) -> None:
        CardPayment.objects.filter(pk=payment.pk).update(
            declined="Your card was declined.", session_url=f"{shop.stripe}/c/pay/cs_1"
        )

    return _path(shop, decline)


def given_up(shop: Shop) -> str:
    return _path(shop, _release)


def returned(shop: Shop) -> str:
    def pay_too_late(payment: CardPayment) -> None:
        _release(payment)
        payment_apply(payment_id=payment.pk, seen=seen(payment))

    return _path(shop, pay_too_late)


def _release(payment: CardPayment) -> None:
    payment_release(payment_id=payment.pk, status=CardPaymentStatus.GIVEN_UP)


def _path(shop: Shop, end: Callable[[CardPayment], None]) -> str:
    with shop.looking_in():
        payment = _reserved()
        end(payment)
        return f"/carta/{to_global('CardPayment', payment.pk)}/"


def _reserved() -> CardPayment:
    """Of goods that the year's budget leaves to the card for the most part."""
    user = get_user_model().objects.get(email=EMPLOYEE)
    for other in CardPayment.objects.filter(user=user, status=CardPaymentStatus.OPEN.value):
        _release(other)
    wallet = user.wallets.exclude(plan=None).first()
    listing = Listing.objects.filter(
        status="published", category_code="c3", is_service=False, needs_packing=True
    ).earliest("pk")
    variant = ProductVariant.objects.get(product_id=listing.product_id)
    PlanBudget.objects.update_or_create(
        plan=wallet.plan,
        category_id="c3",
        valid_from=timezone.localdate(),
        defaults={"limit_cents": _spent(wallet.pk) + BUDGET_CENTS},
    )
    try:
        asked = request(variant, key=f"place-{os.getpid()}-{next(_numbers)}", wallet_id=wallet.pk)
        return purchase_reserve(user=user, request=asked)[0]
    finally:
        PlanBudget.objects.filter(plan=wallet.plan, category_id="c3").delete()


def _spent(wallet_id: int) -> int:
    return spent_by_category([wallet_id], timezone.localdate().year)[wallet_id]["c3"]
