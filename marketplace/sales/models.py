"""Paid sales and what went back: the link between Saleor's orders and the ledger."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class SettlementQuerySet(models.QuerySet["Settlement"]):
    """Settlements by what became of them."""

    def standing(self) -> SettlementQuerySet:
        """Those that were not given back: at most one per token."""
        return self.filter(given_back_transfer_id__isnull=True)

    def given_back(self) -> SettlementQuerySet:
        return self.filter(given_back_transfer_id__isnull=False)


class Settlement(models.Model):
    """A sale whose money has moved; written in the same transaction as its ledger transfer.

    ``terms`` keeps the sale and its levy as they were, so that whatever follows from a paid order
    (provider orders, levy, tasks) can be made at any time, once. ``order_id`` is empty until Saleor
    has the order; the reconciler looks for those, and what cannot become an order is given back:
    ``given_back_transfer_id`` is then the reversal, and the row is never placed any more.
    """

    token = models.CharField(max_length=36)
    request_hash = models.CharField(max_length=64, blank=True, default="")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    wallet_id = models.BigIntegerField(db_index=True)
    company_id = models.BigIntegerField(null=True)
    # The transfer that pays providers and Fund, and the one that took from the credit lots: the
    # same one, or the hold's (a hold is its transfer).
    transfer_id = models.BigIntegerField(unique=True)
    spent_transfer_id = models.BigIntegerField()
    hold_id = models.BigIntegerField(null=True, unique=True)
    gross_cents = models.BigIntegerField()
    # Of the gross, what a card paid; the wallet paid the rest.
    card_cents = models.BigIntegerField(default=0)
    delivery_cents = models.BigIntegerField(default=0)
    delivery_refunded_cents = models.BigIntegerField(default=0)
    refund_grace_days = models.PositiveIntegerField(default=0)
    terms = models.JSONField()
    order_id = models.CharField(max_length=36, null=True, unique=True)  # noqa: DJ001 (unique)
    order_number = models.CharField(max_length=36, blank=True, default="")
    placed_at = models.DateTimeField(auto_now_add=True)
    given_back_transfer_id = models.BigIntegerField(null=True, unique=True)
    # When the buyer was told; Saleor's own steps tell by themselves.
    announced_at = models.DateTimeField(null=True)

    objects = SettlementQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["token"],
                condition=Q(given_back_transfer_id__isnull=True),
                name="settlement_once_per_token",
            ),
            models.CheckConstraint(
                check=Q(order_id__isnull=True) | Q(given_back_transfer_id__isnull=True),
                name="settlement_placed_or_given_back",
            ),
            models.CheckConstraint(
                check=Q(delivery_refunded_cents__gte=0)
                & Q(delivery_refunded_cents__lte=F("delivery_cents")),
                name="settlement_delivery_refund_within_price",
            ),
            models.CheckConstraint(
                check=Q(gross_cents__gt=0) & Q(delivery_cents__gte=0),
                name="settlement_amounts_positive",
            ),
            models.CheckConstraint(
                check=Q(card_cents__gte=0) & Q(card_cents__lte=F("gross_cents")),
                name="settlement_card_within_gross",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(order_id__isnull=True, given_back_transfer_id__isnull=True),
                name="settlement_no_order",
            ),
            models.Index(
                fields=["placed_at"],
                condition=Q(order_id__isnull=False, announced_at__isnull=True),
                name="settlement_unannounced",
            ),
            models.Index(
                fields=["token"],
                condition=Q(given_back_transfer_id__isnull=False),
                name="settlement_given_back",
            ),
            models.Index(fields=["user", "-placed_at"], name="settlement_of_user"),
        ]

    def __str__(self) -> str:
        return f"settlement {self.token}"


class SettlementReversal(models.Model):
    """Money that went back for one provider order, or for delivery where there is none.

    Append only; the columns of the levy say what the Fund and the company's levy account gave back.
    """

    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="reversals")
    provider_order_id = models.BigIntegerField(null=True, db_index=True)
    key = models.CharField(max_length=120, unique=True)
    cents = models.BigIntegerField()
    # Of the cents, what goes back to the card that paid; the rest is back in its credit lots.
    card_cents = models.BigIntegerField(default=0)
    levy_provider_cents = models.BigIntegerField(default=0)
    levy_company_cents = models.BigIntegerField(default=0)
    levy_employee_cents = models.BigIntegerField(default=0)
    transfer_id = models.BigIntegerField(unique=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    by_user_id = models.BigIntegerField(null=True)
    reversed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(check=Q(cents__gt=0), name="reversal_amount_positive"),
            models.CheckConstraint(
                check=Q(card_cents__gte=0) & Q(card_cents__lte=F("cents")),
                name="reversal_card_within_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"reversal of {self.cents} cents of {self.settlement_id}"
