"""Providers, what they list, and the part of each order that they fulfil."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from stdnum import iban as iban_number

from marketplace.choices import Choices


def validate_iban(value: str) -> None:
    """ISO 13616: length of the country and check digits."""
    if value and not iban_number.is_valid(value):
        raise ValidationError(_("This is not an IBAN."), code="INVALID_IBAN")


class ListingStatus(Choices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class VoucherVat(Choices):
    """How VAT falls on a voucher for this listing (dir. UE 2016/1065; AdE 10/2020)."""

    SINGLE_PURPOSE = "single_purpose", _("Single-purpose: taxed when issued")
    MULTI_PURPOSE = "multi_purpose", _("Multi-purpose: taxed when redeemed")


class ProviderOrderStatus(Choices):
    PLACED = "placed", _("Placed")
    ACCEPTED = "accepted", _("Accepted")
    READY = "ready", _("Ready")
    COMPLETED = "completed", _("Completed")
    REFUSED = "refused", _("Refused")
    CANCELLED = "cancelled", _("Cancelled")


class Provider(models.Model):
    """What the marketplace knows of a provider, beside its organisation (same key)."""

    organisation = models.OneToOneField(
        "people.Organisation", on_delete=models.PROTECT, primary_key=True, related_name="provider"
    )
    comune = models.ForeignKey(
        "territory.Comune", on_delete=models.PROTECT, related_name="providers"
    )
    story = models.TextField(blank=True, default="")
    iban = models.CharField(max_length=34, blank=True, default="", validators=[validate_iban])
    # Invoices of health services go to the platform, with no patient's name (LAW: FatturaPA).
    is_health_service = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"provider {self.pk}"


class Listing(models.Model):
    """A product of the shop and its welfare facts; name, price and stock are the shop's."""

    product = models.OneToOneField(
        "product.Product", on_delete=models.PROTECT, related_name="listing"
    )
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="listings")
    # By value, not by key: a category is a letter of the law, whose rows have validity periods.
    category_code = models.CharField(max_length=16)
    status = models.CharField(
        max_length=12, choices=ListingStatus.choices(), default=ListingStatus.DRAFT.value
    )
    is_service = models.BooleanField(default=False)
    needs_packing = models.BooleanField(default=False)
    needs_delivery = models.BooleanField(default=False)
    made_by_sfa = models.BooleanField(default=False)
    provenance = models.TextField(blank=True, default="")
    production_method = models.TextField(blank=True, default="")
    production_comune = models.ForeignKey(
        "territory.Comune", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    vat_voucher_kind = models.CharField(
        max_length=16, choices=VoucherVat.choices(), default=VoucherVat.MULTI_PURPOSE.value
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                check=Q(is_service=True) | ~Q(provenance="") & ~Q(production_method=""),
                name="listing_goods_say_where_from_and_how",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "category_code"], name="listing_by_category"),
            models.Index(fields=["provider", "status"], name="listing_by_provider"),
        ]

    def __str__(self) -> str:
        return f"listing {self.pk}"


class ProviderOrder(models.Model):
    """The part of a paid order that one provider fulfils; amounts in cents, gross.

    ``levy_*_cents`` is what the order gave to the Fund and through whom; ``*_refunded_cents`` is
    what went back since. The provider sees the buyer's first name, nothing else of the user.
    """

    order_id = models.CharField(max_length=36)
    order_number = models.CharField(max_length=36)
    checkout_token = models.CharField(max_length=36, blank=True, default="")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="orders")
    status = models.CharField(
        max_length=12,
        choices=ProviderOrderStatus.choices(),
        default=ProviderOrderStatus.PLACED.value,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="provider_orders"
    )
    placed_at = models.DateTimeField()
    status_at = models.DateTimeField()
    gross_cents = models.BigIntegerField()
    levy_policy_id = models.BigIntegerField(null=True, blank=True)
    levy_provider_cents = models.BigIntegerField(default=0)
    levy_company_cents = models.BigIntegerField(default=0)
    levy_employee_cents = models.BigIntegerField(default=0)
    refunded_cents = models.BigIntegerField(default=0)
    levy_provider_refunded_cents = models.BigIntegerField(default=0)
    levy_company_refunded_cents = models.BigIntegerField(default=0)
    levy_employee_refunded_cents = models.BigIntegerField(default=0)
    transfer_id = models.BigIntegerField()
    delivery_method = models.CharField(max_length=20)
    delivery_comune = models.ForeignKey(
        "territory.Comune", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["order_id", "provider"], name="provider_order_once_per_order"
            ),
            models.CheckConstraint(
                check=Q(refunded_cents__gte=0, refunded_cents__lte=F("gross_cents")),
                name="provider_order_refund_within_gross",
            ),
            models.CheckConstraint(
                check=Q(
                    levy_provider_refunded_cents__gte=0,
                    levy_provider_refunded_cents__lte=F("levy_provider_cents"),
                    levy_company_refunded_cents__gte=0,
                    levy_company_refunded_cents__lte=F("levy_company_cents"),
                    levy_employee_refunded_cents__gte=0,
                    levy_employee_refunded_cents__lte=F("levy_employee_cents"),
                ),
                name="provider_order_levy_refund_within_levy",
            ),
        ]
        indexes = [
            models.Index(fields=["provider", "-id"], name="provider_order_newest"),
            models.Index(fields=["user", "-id"], name="provider_order_of_buyer"),
        ]

    def __str__(self) -> str:
        return f"order {self.order_number} at provider {self.provider_id}"

    @property
    def levy_cents(self) -> int:
        """What the Fund received of this part of the order."""
        return self.levy_provider_cents + self.levy_company_cents + self.levy_employee_cents


class ProviderOrderLine(models.Model):
    """One line of a provider order, as it was bought."""

    provider_order = models.ForeignKey(
        ProviderOrder, on_delete=models.PROTECT, related_name="lines"
    )
    order_line_id = models.CharField(max_length=36)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="order_lines")
    number = models.PositiveIntegerField()
    product_name = models.CharField(max_length=386)
    quantity = models.PositiveIntegerField()
    unit_cents = models.BigIntegerField()
    total_cents = models.BigIntegerField()
    refunded_cents = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("number", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["provider_order", "number"], name="provider_order_line_once"
            ),
            models.CheckConstraint(
                check=Q(quantity__gt=0, unit_cents__gte=0, total_cents__gte=0),
                name="provider_order_line_amounts",
            ),
            models.CheckConstraint(
                check=Q(refunded_cents__gte=0, refunded_cents__lte=F("total_cents")),
                name="provider_order_line_refund_within_total",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_name}"
