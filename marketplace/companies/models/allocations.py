"""Credit that a company gave out of its budget, in one action for many employees."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.companies.models.people import Company, Employment
from marketplace.companies.models.plans import WelfarePlan


class Allocation(models.Model):
    """One action: done as a whole, by one ledger transfer with the key ``allocation:<id>``."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="allocations")
    plan = models.ForeignKey(WelfarePlan, on_delete=models.PROTECT, related_name="allocations")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    idempotency_key = models.CharField(max_length=64)
    # Of plan and lines: the same key with another request is refused.
    request_sha256 = models.CharField(max_length=64)
    total_cents = models.BigIntegerField()
    count = models.PositiveIntegerField()
    expires_on = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["company", "idempotency_key"], name="allocation_idempotency_key_once"
            ),
            models.CheckConstraint(
                check=Q(total_cents__gt=0, count__gt=0), name="allocation_gives_something"
            ),
        ]

    def __str__(self) -> str:
        return f"allocation {self.pk}"


class AllocationLine(models.Model):
    """What one employee got: one credit lot in the ledger."""

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="lines")
    employment = models.ForeignKey(
        Employment, on_delete=models.PROTECT, related_name="allocation_lines"
    )
    cents = models.BigIntegerField()
    lot_account_id = models.BigIntegerField(unique=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["allocation", "employment"], name="allocation_line_once_per_employment"
            ),
            models.CheckConstraint(check=Q(cents__gt=0), name="allocation_line_positive"),
        ]

    def __str__(self) -> str:
        return f"allocation line {self.pk}"


class Revocation(models.Model):
    """What was unspent of a line and went back to the budget; its id is the ledger's key."""

    line = models.ForeignKey(AllocationLine, on_delete=models.PROTECT, related_name="revocations")
    cents = models.BigIntegerField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [models.CheckConstraint(check=Q(cents__gt=0), name="revocation_positive")]

    def __str__(self) -> str:
        return f"revocation {self.pk}"
