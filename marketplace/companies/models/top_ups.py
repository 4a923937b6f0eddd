"""Money that a company pays in, and what Stripe told us about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.choices import Choices
from marketplace.companies.models.people import Company
from marketplace.payments.models import StripeEvent


class TopUpMethod(Choices):
    CARD = "card", _("Card")
    SEPA = "sepa", _("SEPA direct debit")
    BANK_TRANSFER = "bank_transfer", _("Bank transfer")


class TopUpStatus(Choices):
    PENDING = "pending", _("Waiting for the payment")
    PROCESSING = "processing", _("Being paid")
    SUCCEEDED = "succeeded", pgettext_lazy("top-up", "Paid")
    FAILED = "failed", _("Payment failed")
    CANCELLED = "cancelled", pgettext_lazy("top-up", "Cancelled")


class TopUp(models.Model):
    """One payment into a company's budget; stored before anybody outside is called.

    ``transfer_id`` is the ledger's, and is there exactly where the status is SUCCEEDED.
    ``stripe_told_at`` is the time of the newest Stripe event applied: an older one that arrives
    late changes nothing.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="top_ups")
    amount_cents = models.BigIntegerField()
    method = models.CharField(max_length=16, choices=TopUpMethod.choices())
    status = models.CharField(
        max_length=16, choices=TopUpStatus.choices(), default=TopUpStatus.PENDING.value
    )
    idempotency_key = models.CharField(max_length=64)
    payment_intent = models.CharField(max_length=255, unique=True, null=True, blank=True)
    stripe_told_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True, default="")
    transfer_id = models.BigIntegerField(unique=True, null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    bank_reference = models.CharField(max_length=140, blank=True, default="")
    paid_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["company", "idempotency_key"], name="top_up_idempotency_key_once"
            ),
            models.UniqueConstraint(
                fields=["bank_reference"],
                condition=~Q(bank_reference=""),
                name="top_up_bank_reference_once",
            ),
            models.CheckConstraint(check=Q(amount_cents__gt=0), name="top_up_amount_positive"),
            models.CheckConstraint(
                check=Q(status=TopUpStatus.SUCCEEDED.value, transfer_id__isnull=False)
                | (~Q(status=TopUpStatus.SUCCEEDED.value) & Q(transfer_id__isnull=True)),
                name="top_up_succeeded_is_in_the_ledger",
            ),
            models.CheckConstraint(
                check=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("requested_by")),
                name="top_up_confirmed_by_somebody_else",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(status__in=("pending", "processing")),
                name="top_up_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"top-up {self.pk}"

    @property
    def bank_transfer_text(self) -> str | None:
        """What the payer writes on a bank transfer; ends in a check digit pair (mod 97)."""
        if self.method != TopUpMethod.BANK_TRANSFER:
            return None
        return f"WELFAREPIU {self.pk:08d}-{98 - self.pk * 100 % 97:02d}"


class FindingCode(Choices):
    """Why a payment that Stripe speaks of was not posted, or needs somebody to look."""

    UNKNOWN_TOP_UP = "UNKNOWN_TOP_UP", _("Stripe took a payment that no top-up asked for")
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS", _("Stripe took another amount than the top-up's")
    CURRENCY_DIFFERS = "CURRENCY_DIFFERS", _("Stripe took another currency than euro")
    COMPANY_DIFFERS = "COMPANY_DIFFERS", _("Stripe names another company than the top-up's")
    PAYMENT_REVERSED = "PAYMENT_REVERSED", _("A payment was refunded or disputed at Stripe")


class TopUpFinding(models.Model):
    """A difference between Stripe and us that a person must settle; one of a kind per payment."""

    code = models.CharField(max_length=32, choices=FindingCode.choices())
    payment_intent = models.CharField(max_length=255)
    top_up = models.ForeignKey(
        TopUp, null=True, blank=True, on_delete=models.PROTECT, related_name="findings"
    )
    event = models.ForeignKey(
        StripeEvent, null=True, blank=True, on_delete=models.PROTECT, related_name="findings"
    )
    detail = models.CharField(max_length=500)
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["payment_intent", "code"], name="top_up_finding_once_per_payment"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.payment_intent}"
