"""Vouchers (DM 25.3.2016 art. 6), for how long they are valid, and who tried codes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.choices import Choices
from marketplace.people.encryption import EncryptedTextField
from marketplace.providers.models import VoucherVat


class VoucherStatus(Choices):
    ISSUED = "issued", _("To be used")
    REDEEMED = "redeemed", _("Used")
    CANCELLED = "cancelled", _("Cancelled")


class VoucherTerm(models.Model):
    """How long vouchers are valid that are issued from a day on."""

    days = models.PositiveIntegerField()
    valid_from = models.DateField(unique=True)

    class Meta:
        ordering = ("-valid_from",)
        constraints = [models.CheckConstraint(check=Q(days__gt=0), name="voucher_term_positive")]

    def __str__(self) -> str:
        return f"{self.days} days from {self.valid_from}"


class WelfareVoucher(models.Model):
    """One unit of one line of an order, for its holder alone: no change, no top-up, no cash.

    The code rests twice, and neither is the code: a keyed hash to find it by, and encrypted to show
    it to its holder. Who reads the database can redeem nothing. A trigger keeps a voucher that has
    ended as it is, and its code for ever.
    """

    provider_order = models.ForeignKey(
        "providers.ProviderOrder", on_delete=models.PROTECT, related_name="vouchers"
    )
    line_number = models.PositiveIntegerField()
    unit = models.PositiveIntegerField()
    units = models.PositiveIntegerField()
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="vouchers"
    )
    product_name = models.CharField(max_length=386)
    # What was paid for this unit; shown, never paid out.
    value_cents = models.BigIntegerField()
    vat_kind = models.CharField(max_length=16, choices=VoucherVat.choices())
    code_hash = models.CharField(max_length=64, unique=True)
    code = EncryptedTextField()
    status = models.CharField(
        max_length=10, choices=VoucherStatus.choices(), default=VoucherStatus.ISSUED.value
    )
    issued_on = models.DateField()
    valid_until = models.DateField()
    ended_at = models.DateTimeField(null=True)
    redeemed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["provider_order", "line_number", "unit"], name="voucher_once_per_unit"
            ),
            models.CheckConstraint(
                check=Q(status="issued", ended_at__isnull=True, redeemed_by__isnull=True)
                | Q(status="redeemed", ended_at__isnull=False, redeemed_by__isnull=False)
                | Q(status="cancelled", ended_at__isnull=False, redeemed_by__isnull=True),
                name="voucher_end_says_when_and_by_whom",
            ),
            models.CheckConstraint(check=Q(value_cents__gte=0), name="voucher_value"),
        ]
        indexes = [
            models.Index(fields=["holder", "-id"], name="voucher_of_holder"),
        ]

    def __str__(self) -> str:
        return f"voucher {self.pk}"


class RedeemAttempt(models.Model):
    """Somebody tried a code: so that nobody tries many."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    tried_at = models.DateTimeField(auto_now_add=True)
    # Until it is known to have succeeded, an attempt is a failure: also one that is under way.
    succeeded = models.BooleanField(default=False)

    class Meta:
        ordering = ("-pk",)
        indexes = [models.Index(fields=["user", "tried_at"], name="redeem_attempt_of")]

    def __str__(self) -> str:
        return f"attempt {self.pk}"
