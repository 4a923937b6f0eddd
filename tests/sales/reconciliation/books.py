"""All the books of a small town at one moment, to compare before and after."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from saleor.order.models import Order
from saleor.payment.models import Payment, Transaction
from saleor.warehouse.models import Allocation

from marketplace.ledger.verification import verify
from marketplace.money import cents
from marketplace.providers.models import ProviderOrder
from marketplace.sales.models import Settlement
from plugins.sfa_logistics.models import Task
from plugins.solidarity_fund.models import Levy


@dataclass(frozen=True)
class Books:
    """Money in cents and rows by count; ``credit`` with what is set aside of it."""

    credit: int
    dairy: int
    camps: int
    fund: int
    company_levy: int
    delivery: int
    orders: int
    settlements: int
    parts: int
    levies: int
    tasks: int
    captured: int
    transacted: int
    set_aside: int

    def __add__(self, other: Books) -> Books:
        return Books(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __sub__(self, other: Books) -> Books:
        return Books(*(getattr(self, f.name) - getattr(other, f.name) for f in fields(self)))


def books(town: Any) -> Books:
    assert verify() == []
    booked = dict(
        Transaction.objects.filter(is_success=True)
        .order_by()
        .values_list("kind")
        .annotate(Sum("amount"))
    )
    return Books(
        credit=town.credit_left() + town.held_cents(),
        dairy=town.payable_cents(town.dairy),
        camps=town.payable_cents(town.camps),
        fund=town.fund_cents(),
        company_levy=town.company_levy_cents(),
        delivery=town.delivery_income_cents(),
        orders=Order.objects.count(),
        settlements=Settlement.objects.standing().count(),
        parts=ProviderOrder.objects.count(),
        levies=Levy.objects.count(),
        tasks=Task.objects.count(),
        captured=cents(Payment.objects.aggregate(sum=Sum("captured_amount"))["sum"] or Decimal(0)),
        transacted=cents(booked.get("capture", Decimal(0)) - booked.get("refund", Decimal(0))),
        set_aside=Allocation.objects.aggregate(sum=Sum("quantity_allocated"))["sum"] or 0,
    )
