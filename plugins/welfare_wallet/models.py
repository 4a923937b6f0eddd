"""Wallets and the credit they set aside for a checkout; the money itself is the ledger's."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.choices import Choices


class WalletKind(Choices):
    PLAN = "plan", _("Welfare plan")
    SOLIDARITY = "solidarity", _("Solidarity Fund")


class Wallet(models.Model):
    """One person's credit under one welfare plan, or from the Solidarity Fund.

    Its credit lots are ledger accounts whose holder is this wallet's id.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="wallets"
    )
    kind = models.CharField(
        max_length=12, choices=WalletKind.choices(), default=WalletKind.PLAN.value
    )
    company = models.ForeignKey(
        "companies.Company", null=True, on_delete=models.PROTECT, related_name="wallets"
    )
    plan = models.ForeignKey(
        "companies.WelfarePlan", null=True, on_delete=models.PROTECT, related_name="wallets"
    )
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["user", "plan"], name="wallet_once_per_plan"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(kind="solidarity"), name="wallet_of_solidarity_once"
            ),
            models.CheckConstraint(
                check=Q(kind="plan", plan__isnull=False, company__isnull=False)
                | Q(kind="solidarity", plan__isnull=True, company__isnull=True),
                name="wallet_has_a_plan_or_is_of_solidarity",
            ),
        ]

    def __str__(self) -> str:
        return f"wallet {self.pk}"


def new_token() -> str:
    """A hold's token: the secret that a Saleor client hands to the payment."""
    return f"hold_{secrets.token_urlsafe(24)}"


class WalletHold(models.Model):
    """Credit set aside for one checkout of one user: single use, expiring.

    ``ledger_hold_id`` is the truth about its end; ``ended_at`` only keeps one open hold per
    checkout.
    """

    token = models.CharField(max_length=64, unique=True, default=new_token)
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="holds")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checkout_token = models.CharField(max_length=36)
    cents = models.BigIntegerField()
    ledger_hold_id = models.BigIntegerField(unique=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["checkout_token"],
                condition=Q(ended_at__isnull=True),
                name="wallet_hold_open_once_per_checkout",
            ),
            models.CheckConstraint(check=Q(cents__gt=0), name="wallet_hold_positive"),
        ]

    def __str__(self) -> str:
        return f"hold of {self.cents} cents for checkout {self.checkout_token}"


class ExpiryLetter(models.Model):
    """A letter about credit that is going to expire: at most one per person and day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="expiry_letter_once_a_day")
        ]

    def __str__(self) -> str:
        return f"letter of {self.day} to {self.user_id}"


class ExpiryWarning(models.Model):
    """One warning, once: so many days before the lots of a wallet with one expiry end."""

    letter = models.ForeignKey(ExpiryLetter, on_delete=models.PROTECT, related_name="warnings")
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+")
    expires_on = models.DateField()
    days_before = models.PositiveIntegerField()
    # What was left on the day of the letter.
    cents = models.BigIntegerField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["wallet", "expires_on", "days_before"], name="expiry_warning_once"
            ),
            models.CheckConstraint(check=Q(cents__gt=0), name="expiry_warning_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.days_before} days before {self.expires_on} of wallet {self.wallet_id}"
