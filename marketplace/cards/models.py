"""Card payments of purchases, what goes back to cards, and where the law lets a card pay."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.choices import Choices


class CardRule(models.Model):
    """Whether a card may pay a part of a benefit of that letter, given in that form.

    ``by_voucher``: it is handed over against a nominative voucher. No row, no card.
    """

    category_code = models.CharField(max_length=16)
    by_voucher = models.BooleanField()
    allowed = models.BooleanField()
    source = models.CharField(max_length=200)
    reason_it = models.CharField(max_length=300)
    reason_en = models.CharField(max_length=300)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("category_code", "by_voucher", "valid_from")
        constraints = [
            models.UniqueConstraint(
                fields=["category_code", "by_voucher", "valid_from"], name="card_rule_once_a_day"
            ),
            models.CheckConstraint(
                check=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="card_rule_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"card for {self.category_code}{' by voucher' if self.by_voucher else ''}"


class CardPaymentStatus(Choices):
    OPEN = "open", _("Waiting for the card")
    PAID = "paid", pgettext_lazy("card", "Paid")
    GIVEN_UP = "given_up", _("Given up")
    EXPIRED = "expired", _("Expired")
    RETURNED = "returned", _("Given back to the card")


class CardPayment(models.Model):
    """One attempt to pay a purchase with credit and card; stored before Stripe is called.

    While it is OPEN, ``credit_cents`` are held in the ledger and ``order_id`` is a reservation of
    the shop. ``terms`` is the sale as it was offered: what is reserved keeps its price.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    wallet_id = models.BigIntegerField()
    token = models.CharField(max_length=36)
    request_hash = models.CharField(max_length=64)
    credit_cents = models.BigIntegerField()
    card_cents = models.BigIntegerField()
    terms = models.JSONField()
    refund_grace_days = models.PositiveIntegerField(default=0)
    language = models.CharField(max_length=8)
    hold_token = models.CharField(max_length=64, unique=True)
    order_id = models.CharField(max_length=36)
    status = models.CharField(
        max_length=10, choices=CardPaymentStatus.choices(), default=CardPaymentStatus.OPEN.value
    )
    session_id = models.CharField(max_length=255, unique=True, null=True)  # noqa: DJ001 (unique)
    session_url = models.TextField(blank=True, default="")
    intent = models.CharField(max_length=255, unique=True, null=True)  # noqa: DJ001 (unique)
    # What Stripe took, where it did: that is what is paid, or given back.
    received_cents = models.BigIntegerField(default=0)
    received_transfer_id = models.BigIntegerField(null=True, unique=True)
    # The last refusal of a card, while another may be tried.
    declined = models.CharField(max_length=300, blank=True, default="")
    # Why a charged purchase could not be completed: a Refusal's code and sentence.
    refused_code = models.CharField(max_length=40, blank=True, default="")
    refused_because = models.CharField(max_length=400, blank=True, default="")
    disputed_at = models.DateTimeField(null=True)
    # When the buyer was written to that the card gets its money back.
    told_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["token"],
                condition=Q(status__in=["open", "paid"]),
                name="card_payment_once_per_purchase",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(status="open"),
                name="card_payment_one_open_per_person",
            ),
            models.CheckConstraint(
                check=Q(credit_cents__gt=0, card_cents__gt=0), name="card_payment_has_both_parts"
            ),
            models.CheckConstraint(
                check=Q(status="open", ended_at__isnull=True)
                | ~Q(status="open") & Q(ended_at__isnull=False),
                name="card_payment_open_or_ended",
            ),
            models.CheckConstraint(
                check=Q(status="returned", received_transfer_id__isnull=False)
                | ~Q(status="returned") & Q(received_transfer_id__isnull=True),
                name="card_payment_returned_is_in_the_ledger",
            ),
            models.CheckConstraint(
                check=Q(status__in=["paid", "returned"], received_cents__gt=0)
                | Q(status__in=["open", "given_up", "expired"], received_cents=0),
                name="card_payment_received_or_not",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="card_payment_of_user"),
            models.Index(
                fields=["expires_at"], condition=Q(status="open"), name="card_payment_open"
            ),
        ]

    def __str__(self) -> str:
        return f"card payment {self.pk}"

    @property
    def mark(self) -> str:
        """By which we know our own at Stripe, and the stem of the keys that we call it with.

        The time keeps two installations that share an account, or a database made anew, apart.
        """
        return f"{self.pk}-{self.created_at.timestamp():.6f}"


class CardRefundStatus(Choices):
    OWED = "owed", _("On its way")
    SUCCEEDED = "succeeded", pgettext_lazy("card", "Given back")
    FAILED = "failed", _("Failed")


class CardRefund(models.Model):
    """Money owed to a card, from the moment the ledger says so until Stripe has given it back.

    ``owed_transfer_id`` moved it to what is owed to cards, ``returned_transfer_id`` to Stripe's.
    """

    payment = models.ForeignKey(CardPayment, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=120, unique=True)
    cents = models.BigIntegerField()
    status = models.CharField(
        max_length=10, choices=CardRefundStatus.choices(), default=CardRefundStatus.OWED.value
    )
    owed_transfer_id = models.BigIntegerField()
    returned_transfer_id = models.BigIntegerField(null=True, unique=True)
    stripe_refund = models.CharField(max_length=255, unique=True, null=True)  # noqa: DJ001 (unique)
    asked_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(check=Q(cents__gt=0), name="card_refund_positive"),
            models.CheckConstraint(
                check=Q(status="succeeded", returned_transfer_id__isnull=False)
                | ~Q(status="succeeded") & Q(returned_transfer_id__isnull=True),
                name="card_refund_succeeded_is_in_the_ledger",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=~Q(status="succeeded"),
                name="card_refund_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"refund of {self.cents} cents to the card of {self.payment_id}"

    @property
    def mark(self) -> str:
        """As :attr:`CardPayment.mark`."""
        return f"{self.pk}-{self.created_at.timestamp():.6f}"


def in_force(on: date) -> Q:
    """Card rules in force on a day."""
    return Q(valid_from__lte=on) & (Q(valid_until__isnull=True) | Q(valid_until__gte=on))
