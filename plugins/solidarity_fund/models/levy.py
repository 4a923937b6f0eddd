"""The Fund, the shares that feed it, and what each order gave."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from marketplace.money import BASIS_POINTS
from marketplace.people.models import Organisation


class Fund(models.Model):
    """A Solidarity Fund: its money is the ledger's account FUND under the same key."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, primary_key=True, related_name="fund"
    )

    def __str__(self) -> str:
        return f"Fund {self.pk}"


class LevyPolicy(models.Model):
    """Which shares of a sale go to the Fund, from one day to another.

    A change is a new row. The database refuses two policies of a Fund for one day, and any change
    of a policy that has levied except ending it after the last day on which it did.
    """

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="policies")
    provider_bps = models.PositiveIntegerField("basis points of the gross, out of the takings")
    company_bps = models.PositiveIntegerField("basis points of the gross, on top, by the company")
    employee_bps = models.PositiveIntegerField(
        "basis points of the gross, on top, by employees who pledge it", default=0
    )
    employee_round_up = models.BooleanField("employees may pledge to round up", default=False)
    valid_from = models.DateField()
    valid_until = models.DateField("last day in force", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-valid_from", "-pk")
        constraints = [
            models.CheckConstraint(
                check=Q(provider_bps__gte=0, provider_bps__lte=BASIS_POINTS)
                & Q(company_bps__gte=0, company_bps__lte=BASIS_POINTS)
                & Q(employee_bps__gte=0, employee_bps__lte=BASIS_POINTS),
                name="levy_policy_shares_are_shares",
            ),
            models.CheckConstraint(
                check=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="levy_policy_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_bps}+{self.company_bps} bps from {self.valid_from}"


class LevyPledge(models.Model):
    """What an employee gives on top of each purchase, freely, where the policy offers it. A change
    ends the row and begins another."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="pledges")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    share = models.BooleanField("the policy's share for employees")
    round_up = models.BooleanField("what is due, up to the next whole euro")
    since = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["user", "fund"],
                condition=Q(ended_at__isnull=True),
                name="levy_pledge_open_once",
            ),
            models.CheckConstraint(
                check=Q(share=True) | Q(round_up=True), name="levy_pledge_gives_something"
            ),
        ]

    def __str__(self) -> str:
        return f"pledge of {self.user_id}"


class Levy(models.Model):
    """What one provider's part of one order gave to the Fund, and what went back, in cents.

    The money itself is in the ledger, posted by the sale's own transfer; this row says why.
    """

    order_id = models.CharField(max_length=36)
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey(LevyPolicy, on_delete=models.PROTECT, related_name="levies")
    on = models.DateField("day of the sale")
    base_cents = models.BigIntegerField()
    provider_cents = models.BigIntegerField()
    company_cents = models.BigIntegerField()
    employee_cents = models.BigIntegerField(default=0)
    reversed_provider_cents = models.BigIntegerField(default=0)
    reversed_company_cents = models.BigIntegerField(default=0)
    reversed_employee_cents = models.BigIntegerField(default=0)
    transfer_id = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("order_id", "provider_id")
        verbose_name_plural = "levies"
        constraints = [
            models.UniqueConstraint(
                fields=["order_id", "provider"], name="levy_once_per_order_and_provider"
            ),
            models.CheckConstraint(
                check=Q(provider_cents__gte=0, company_cents__gte=0, employee_cents__gte=0)
                & Q(base_cents__gte=F("provider_cents")),
                name="levy_is_a_part_of_its_base",
            ),
            models.CheckConstraint(
                check=Q(reversed_provider_cents__gte=0)
                & Q(reversed_company_cents__gte=0)
                & Q(reversed_employee_cents__gte=0)
                & Q(reversed_provider_cents__lte=F("provider_cents"))
                & Q(reversed_company_cents__lte=F("company_cents"))
                & Q(reversed_employee_cents__lte=F("employee_cents")),
                name="levy_gives_back_at_most_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"levy of order {self.order_id}, provider {self.provider_id}"

    @property
    def total_cents(self) -> int:
        """What the Fund received."""
        return self.provider_cents + self.company_cents + self.employee_cents

    @property
    def reversed_cents(self) -> int:
        """What the Fund gave back."""
        return (
            self.reversed_provider_cents
            + self.reversed_company_cents
            + self.reversed_employee_cents
        )


class LevyReversal(models.Model):
    """One refund's part of a levy given back; the transfer makes it once. Append only."""

    levy = models.ForeignKey(Levy, on_delete=models.PROTECT, related_name="reversals")
    transfer_id = models.BigIntegerField()
    provider_cents = models.BigIntegerField()
    company_cents = models.BigIntegerField()
    employee_cents = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["levy", "transfer_id"], name="levy_reversal_once_per_transfer"
            ),
            models.CheckConstraint(
                check=Q(provider_cents__gte=0, company_cents__gte=0, employee_cents__gte=0),
                name="levy_reversal_is_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"reversal of {self.levy_id} by transfer {self.transfer_id}"
